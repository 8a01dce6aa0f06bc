//! Images and numbers per channel as kernels take them.

use crate::array::device::tensors::{flat, together};
use crate::array::tensor::Array;

/// Images [K, n, c, …] as rows of channels, one after another.
pub(super) struct Rows {
    pub numbers: Array,
    pub directions: usize,
    /// Rows of a direction.
    pub count: usize,
    pub channels: usize,
}

impl Rows {
    pub fn of(images: &Array) -> Self {
        let shape = images.shape();
        let mut axes: Vec<usize> = (0..shape.len()).filter(|&axis| axis != 2).collect();
        axes.push(2);
        Rows {
            numbers: flat(&images.permute(&axes)),
            directions: shape[0],
            count: shape[1] * shape[3..].iter().product::<usize>(),
            channels: shape[2],
        }
    }

    /// From one direction to the next by quads or numbers: nowhere, where all have one.
    pub fn step(&self) -> usize {
        if self.directions > 1 {
            self.count * self.channels / together(self.channels)
        } else {
            0
        }
    }
}

/// The inverse of [`Rows::of`] for images of a shape.
pub(super) fn images(rows: &Array, shape: &[usize]) -> Array {
    let rank = shape.len();
    let mut last: Vec<usize> = shape[..2].to_vec();
    last.extend(&shape[3..]);
    last.push(shape[2]);
    let mut axes = vec![0, 1, rank - 1];
    axes.extend(2..rank - 1);
    rows.reshape(&last).permute(&axes)
}

/// Numbers per channel [K, c] or [c]; absent ones have something in their place that no kernel reads.
pub(super) struct PerChannel {
    pub numbers: Array,
    /// From one direction to the next.
    pub step: usize,
    pub present: bool,
}

impl PerChannel {
    pub fn of(array: Option<&Array>, instead: &Array) -> Self {
        let directions = array.map_or(1, |array| match array.shape()[..] {
            [directions, _] => directions,
            _ => 1,
        });
        let channels = array.map_or(1, |array| array.shape()[array.rank() - 1]);
        PerChannel {
            numbers: array.map_or_else(|| instead.clone(), flat),
            step: if directions > 1 {
                channels / together(channels)
            } else {
                0
            },
            present: array.is_some(),
        }
    }
}
