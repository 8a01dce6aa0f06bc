//! The transform of filters and its transpose.

use faer::MatRef;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::images::{cut, parts};
use super::layout::{PLACES, row};
use crate::array::host::lanes::{Vector, each};
use crate::array::host::matrix::rows;
use crate::array::host::numbers::Directed;
use crate::array::host::real::Real;
use crate::array::host::scratch::{Workspace, workspace};
use crate::array::host::tasks::chunks;

/// Numbers of a window of 3 × 3.
const WINDOW: usize = 9;

/// G g Gᵀ of weights [M, filters, channels, 3, 3], direction after direction.
pub(super) struct Filters<'a, T: Real> {
    numbers: Cow<'a, T>,
    filters: usize,
    channels: usize,
    directions: usize,
}

/// Numbers that were computed now or before.
enum Cow<'a, T: Real> {
    Own(Workspace<T>),
    Known(&'a [T]),
}

/// How many numbers transformed filters are.
pub(super) fn transformed(filters: usize, channels: usize) -> usize {
    filters * row(channels)
}

/// G g Gᵀ of weights [filters, channels, 3, 3].
pub(super) fn transform<T: Real>(weight: &[T], channels: usize, out: &mut [T]) {
    out.par_chunks_mut(row(channels))
        .zip(weight.par_chunks(channels * WINDOW))
        .for_each_init(
            || workspace(WINDOW * channels),
            |planes, (out, weight)| {
                Arch::new().dispatch(Transform {
                    weight,
                    channels,
                    planes,
                    out,
                });
            },
        );
}

impl<'a, T: Real> Filters<'a, T> {
    pub fn of(weight: &Directed<T>, filters: usize, channels: usize) -> Self {
        let directions = weight.directions();
        let each = transformed(filters, channels);
        let mut numbers = workspace(directions * each);
        chunks(&mut numbers, each, true, |k, numbers| {
            transform(weight.direction(k), channels, numbers);
        });
        Filters {
            numbers: Cow::Own(numbers),
            filters,
            channels,
            directions,
        }
    }

    /// Those that were transformed before, of one direction.
    pub fn known(numbers: &'a [T], filters: usize, channels: usize) -> Self {
        Filters {
            numbers: Cow::Known(numbers),
            filters,
            channels,
            directions: 1,
        }
    }

    /// The filters of direction `k` at a place, [filters, channels].
    pub fn at(&self, k: usize, place: usize) -> MatRef<'_, T> {
        let k = if self.directions == 1 { 0 } else { k };
        let row = row(self.channels);
        let numbers = match &self.numbers {
            Cow::Own(numbers) => numbers,
            Cow::Known(numbers) => *numbers,
        };
        let numbers = &numbers[k * self.filters * row + place * self.channels..];
        rows(numbers, self.filters, self.channels, row)
    }
}

/// G g Gᵀ for the channels of one filter: [channels, 9] to [16, channels].
struct Transform<'a, T> {
    weight: &'a [T],
    channels: usize,
    planes: &'a mut [T],
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Transform<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.channels;
        for (channel, window) in self.weight.as_chunks::<WINDOW>().0.iter().enumerate() {
            for (element, &x) in window.iter().enumerate() {
                self.planes[element * channels + channel] = x;
            }
        }
        let half = Vector::splat(simd, T::from_f64(0.5));
        each(
            simd,
            parts::<T, WINDOW>(self.planes, channels),
            cut::<T, PLACES>(self.out, channels),
            #[inline(always)]
            |g| {
                let mut rows = [[half; 4]; 3];
                for (row, window) in rows.iter_mut().zip(g.as_chunks::<3>().0) {
                    *row = widened(*window, half);
                }
                let mut places = [half; PLACES];
                for column in 0..4 {
                    let combined =
                        widened([rows[0][column], rows[1][column], rows[2][column]], half);
                    for row in 0..4 {
                        places[4 * row + column] = combined[row];
                    }
                }
                places
            },
        );
    }
}

/// G g.
#[inline(always)]
fn widened<T: Real, S: Simd>(
    [a, b, c]: [Vector<T, S>; 3],
    half: Vector<T, S>,
) -> [Vector<T, S>; 4] {
    let outer = a + c;
    [a, (outer + b) * half, (outer - b) * half, c]
}

/// Gᵀ m.
#[inline(always)]
fn narrowed<T: Real, S: Simd>(
    [a, b, c, d]: [Vector<T, S>; 4],
    half: Vector<T, S>,
) -> [Vector<T, S>; 3] {
    let outer = (b + c) * half;
    [a + outer, (b - c) * half, outer + d]
}

/// Gᵀ m G for the channels of one filter: [16, channels] to [channels, 9].
pub(super) struct Transpose<'a, T> {
    pub products: &'a [T],
    pub channels: usize,
    /// Memory for 9 numbers a channel.
    pub planes: &'a mut [T],
    pub out: &'a mut [T],
}

impl<T: Real> WithSimd for Transpose<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let channels = self.channels;
        let half = Vector::splat(simd, T::from_f64(0.5));
        each(
            simd,
            parts::<T, PLACES>(self.products, channels),
            cut::<T, WINDOW>(self.planes, channels),
            #[inline(always)]
            |m| {
                let mut rows = [[half; 3]; 4];
                for (row, places) in rows.iter_mut().zip(m.as_chunks::<4>().0) {
                    *row = narrowed(*places, half);
                }
                let mut window = [half; WINDOW];
                for column in 0..3 {
                    let [a, b, c, d] = rows;
                    let combined = narrowed([a[column], b[column], c[column], d[column]], half);
                    for line in 0..3 {
                        window[3 * line + column] = combined[line];
                    }
                }
                window
            },
        );
        for (channel, window) in self.out.as_chunks_mut::<WINDOW>().0.iter_mut().enumerate() {
            for (element, x) in window.iter_mut().enumerate() {
                *x = self.planes[element * channels + channel];
            }
        }
    }
}
