//! The transform of filters and its transpose.

use rayon::prelude::*;

use super::{PLACES, row};
use crate::array::host::numbers::Directed;
use crate::array::host::real::Real;
use crate::array::host::scratch::scratch;
use crate::array::host::wide::wide;

/// Numbers of a window of 3 × 3.
const WINDOW: usize = 9;

/// G g Gᵀ of weights [M, filters, channels, 3, 3], direction after direction.
pub(super) struct Filters<T> {
    numbers: Vec<T>,
    filters: usize,
    channels: usize,
    directions: usize,
}

impl<T: Real> Filters<T> {
    pub fn of(weight: &Directed<T>, filters: usize, channels: usize) -> Self {
        let directions = weight.directions();
        let row = row(channels);
        let mut numbers = scratch(directions * filters * row);
        numbers
            .par_chunks_mut(filters * row)
            .enumerate()
            .for_each(|(k, numbers)| {
                let weight = weight.direction(k);
                numbers
                    .par_chunks_mut(row)
                    .zip(weight.par_chunks(channels * WINDOW))
                    .for_each_init(
                        || scratch(WINDOW * channels),
                        |planes, (row, weight)| {
                            wide(
                                #[inline(always)]
                                || transform(weight, channels, planes, row),
                            );
                        },
                    );
            });
        Filters {
            numbers,
            filters,
            channels,
            directions,
        }
    }

    /// The filters of direction `k` at a place, [filters, channels].
    pub fn at(&self, k: usize, place: usize) -> faer::MatRef<'_, T> {
        let k = if self.directions == 1 { 0 } else { k };
        let row = row(self.channels);
        let numbers = &self.numbers[k * self.filters * row + place * self.channels..];
        crate::array::host::matrix::rows(numbers, self.filters, self.channels, row)
    }
}

/// G g Gᵀ for the channels of one filter: [channels, 9] to [16, channels].
#[inline(always)]
fn transform<T: Real>(weight: &[T], channels: usize, planes: &mut [T], out: &mut [T]) {
    let half = T::from_f64(0.5);
    for (channel, window) in weight.as_chunks::<WINDOW>().0.iter().enumerate() {
        for (element, &x) in window.iter().enumerate() {
            planes[element * channels + channel] = x;
        }
    }
    let planes: [&[T]; WINDOW] =
        std::array::from_fn(|element| &planes[element * channels..][..channels]);
    for place in 0..PLACES {
        let out = &mut out[place * channels..][..channels];
        // A row of g Gᵀ at a column of the place, then the rows combined.
        let combined = |a: T, b: T, c: T, at: usize| match at {
            0 => a,
            1 => (a + b + c) * half,
            2 => (a - b + c) * half,
            _ => c,
        };
        for (channel, out) in out.iter_mut().enumerate() {
            let [a, b, c] = [0, 3, 6].map(|line| {
                combined(
                    planes[line][channel],
                    planes[line + 1][channel],
                    planes[line + 2][channel],
                    place % 4,
                )
            });
            *out = combined(a, b, c, place / 4);
        }
    }
}

/// Gᵀ m G for the channels of one filter: [16, channels] to [channels, 9].
#[inline(always)]
pub(super) fn transpose<T: Real>(m: &[T], channels: usize, planes: &mut [T], out: &mut [T]) {
    let half = T::from_f64(0.5);
    let m: [&[T]; PLACES] = std::array::from_fn(|place| &m[place * channels..][..channels]);
    let combined = |[a, b, c, d]: [T; 4]| [a + (b + c) * half, (b - c) * half, (b + c) * half + d];
    for channel in 0..channels {
        let rows = [0, 4, 8, 12].map(|row| {
            combined([
                m[row][channel],
                m[row + 1][channel],
                m[row + 2][channel],
                m[row + 3][channel],
            ])
        });
        for column in 0..3 {
            let [a, b, c, d] = rows.map(|row| row[column]);
            for (line, x) in combined([a, b, c, d]).into_iter().enumerate() {
                planes[(3 * line + column) * channels + channel] = x;
            }
        }
    }
    for (channel, window) in out.as_chunks_mut::<WINDOW>().0.iter_mut().enumerate() {
        for (element, x) in window.iter_mut().enumerate() {
            *x = planes[element * channels + channel];
        }
    }
}
