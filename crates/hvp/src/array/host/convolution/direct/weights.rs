//! Weights in the order in which [`Slide`](super::slide::Slide) reads them.

use std::ops::Range;

use super::slide::{LARGEST, SMALLEST};
use crate::array::host::numbers::Directed;
use crate::array::host::real::Real;
use crate::array::host::scratch::{Workspace, workspace};

/// The weights of each direction: for each block of filters [channels, elements of a window, filters of the block],
/// with zeros for filters that fill the last block.
pub(super) struct Weights<T: Real> {
    numbers: Workspace<T>,
    /// Numbers of a direction.
    each: usize,
    directions: usize,
    /// Numbers of a filter.
    window: usize,
}

/// Filters in blocks: where the first one stands and how many they are.
pub(super) fn blocks(filters: usize) -> impl Iterator<Item = Range<usize>> {
    let filters = filters.next_multiple_of(SMALLEST);
    let mut first = 0;
    std::iter::from_fn(move || {
        let block = first..(first + LARGEST).min(filters);
        first = block.end;
        (!block.is_empty()).then_some(block)
    })
}

impl<T: Real> Weights<T> {
    /// Weights [M, filters, channels, elements], or turned around [M, channels, filters, elements] with the last element
    /// of a window first.
    pub fn of(
        weight: &Directed<T>,
        [filters, channels, elements]: [usize; 3],
        turned: bool,
    ) -> Self {
        let window = channels * elements;
        let each = filters.next_multiple_of(SMALLEST) * window;
        let directions = weight.directions();
        let mut numbers = workspace(directions * each);
        for (k, numbers) in numbers.chunks_mut(each).enumerate() {
            let weight = weight.direction(k);
            let at = |filter, channel, element| {
                if turned {
                    weight[(channel * filters + filter) * elements + elements - 1 - element]
                } else {
                    weight[(filter * channels + channel) * elements + element]
                }
            };
            for block in blocks(filters) {
                let rows = numbers[block.start * window..].chunks_mut(block.len());
                for (row, place) in rows.zip(0..window) {
                    for (x, filter) in row.iter_mut().zip(block.clone()) {
                        *x = if filter < filters {
                            at(filter, place / elements, place % elements)
                        } else {
                            T::ZERO
                        };
                    }
                }
            }
        }
        Weights {
            numbers,
            each,
            directions,
            window,
        }
    }

    /// Those of direction `k` of a block of filters, for some of the numbers of a filter.
    pub fn of_block(&self, k: usize, block: &Range<usize>, numbers: Range<usize>) -> &[T] {
        let k = if self.directions == 1 { 0 } else { k };
        let start = k * self.each + block.start * self.window;
        &self.numbers[start + numbers.start * block.len()..start + numbers.end * block.len()]
    }
}
