//! The numbers of a part of an array as stretches of memory.

use std::marker::PhantomData;

use burn_dispatch::backends::flex::{FlexTensor, Layout};

use super::numbers::flex;
use super::real::Real;
use crate::array::tensor::Array;

/// Numbers of a stretch at least; an array in shorter ones is copied.
const SHORTEST: usize = 32;

/// The numbers of an array in stretches of one length, row-major, each borrowed where it lies.
pub(crate) struct Runs<T> {
    tensor: FlexTensor,
    /// Extents and strides of the axes in front of a stretch.
    axes: Vec<[usize; 2]>,
    start: usize,
    len: usize,
    real: PhantomData<T>,
}

/// The first axis from which on everything lies one after another.
fn first_contiguous(layout: &Layout) -> usize {
    let shape = layout.shape();
    let mut expected = 1;
    for axis in (0..shape.num_dims()).rev() {
        if shape[axis] != 1 && layout.strides()[axis] != expected {
            return axis + 1;
        }
        expected *= shape[axis] as isize;
    }
    0
}

impl<T: Real> Runs<T> {
    /// Stretches as long as the array has them, or of the axes from `axis` on where those lie one after another.
    ///
    /// # Panics
    ///
    /// When the array is not in host memory, or T is not the type of its numbers.
    pub fn of(array: &Array, axis: usize) -> Self {
        let tensor = flex(array).expect("the caller asked `reaches`");
        let shape = array.shape();
        let first = first_contiguous(tensor.layout());
        let long = shape[first..].iter().product::<usize>() >= SHORTEST;
        let ahead = tensor.layout().strides()[..first]
            .iter()
            .all(|&stride| stride >= 0);
        let (tensor, first) = if first <= axis || (long && ahead) {
            (tensor.clone(), first.max(axis))
        } else {
            (tensor.to_contiguous(), axis)
        };
        let layout = tensor.layout();
        Runs {
            axes: (0..first)
                .map(|axis| [shape[axis], layout.strides()[axis].unsigned_abs()])
                .collect(),
            start: layout.start_offset(),
            len: shape[first..].iter().product(),
            tensor,
            real: PhantomData,
        }
    }

    /// Numbers of a stretch.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The stretch with this number.
    pub fn at(&self, mut index: usize) -> &[T] {
        let mut start = self.start;
        for [extent, stride] in self.axes.iter().rev() {
            start += index % extent * stride;
            index /= extent;
        }
        &T::storage(&self.tensor)[start..start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::tests::counted;
    use crate::precision::Precision;

    #[test]
    fn runs_are_the_numbers_in_their_order() {
        let whole = counted(&[2, 3, 4, 10], Precision::F64);
        for (part, axis, len) in [
            (whole.clone(), 0, 240),
            (whole.clone(), 2, 40),
            (whole.slice(1, 1, 3), 0, 80),
            (whole.slice(0, 1, 2), 0, 120),
            (whole.slice(2, 1, 2), 0, 60),
            (whole.transpose(), 0, 240),
            (whole.slice(0, 0, 1).expand(&[5, 3, 4, 10]), 0, 120),
        ] {
            let runs = Runs::<f64>::of(&part, axis);
            assert_eq!(runs.len(), len, "{:?}", part.shape());
            let count = part.shape().iter().product::<usize>() / len;
            let numbers: Vec<f64> = (0..count).flat_map(|run| runs.at(run).to_vec()).collect();
            assert_eq!(numbers, part.to_f64().expect("numbers"));
        }
    }
}
