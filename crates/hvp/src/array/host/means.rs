//! The means of windows that lie inside the image, and the transpose.

use rayon::prelude::*;

use super::elements::tasks_of;
use super::numbers::Numbers;
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;
use crate::array::windows::Windows;

/// One over the elements of a window.
fn share<T: Real>(windows: &Windows) -> T {
    T::from_f64(1.0 / (windows.kernel[0] * windows.kernel[1]) as f64)
}

/// The elements of an image under one element of each window of a row, by the row's pixels.
#[inline(always)]
fn under(windows: &Windows, line: usize, [i, j]: [usize; 2]) -> usize {
    (line * windows.stride[0] + i) * windows.image[1] + j
}

/// The means of the windows of planes [n, c, h, w]. The windows are of one channel and have no zeros around.
pub(crate) fn means<T: Real>(from: &Array, windows: &Windows) -> Array {
    let mut shape = from.shape();
    shape[2..].copy_from_slice(&windows.output);
    let from = Numbers::<T>::of(from);
    let mut out = scratch(shape.iter().product());
    let [plane, pixels] = [windows.image, windows.output].map(|extents| extents[0] * extents[1]);
    let share = share::<T>(windows);
    out.par_chunks_mut(pixels.max(1))
        .zip(from.par_chunks(plane.max(1)))
        .with_min_len(tasks_of(plane))
        .for_each(|(out, from)| {
            wide(
                #[inline(always)]
                || {
                    for (line, out) in out.chunks_mut(windows.output[1]).enumerate() {
                        out.fill(T::ZERO);
                        for element in elements(windows) {
                            let from = &from[under(windows, line, element)..];
                            for (out, &x) in
                                out.iter_mut().zip(from.iter().step_by(windows.stride[1]))
                            {
                                *out += x;
                            }
                        }
                        out.iter_mut().for_each(|out| *out *= share);
                    }
                },
            );
        });
    array(out, &shape)
}

/// The transpose of [`means`] for planes of this shape.
pub(crate) fn pull_means<T: Real>(from: &Array, windows: &Windows, shape: &[usize]) -> Array {
    let from = Numbers::<T>::of(from);
    let mut out = scratch(shape.iter().product());
    let [plane, pixels] = [windows.image, windows.output].map(|extents| extents[0] * extents[1]);
    let share = share::<T>(windows);
    out.par_chunks_mut(plane.max(1))
        .zip(from.par_chunks(pixels.max(1)))
        .with_min_len(tasks_of(plane))
        .for_each(|(out, from)| {
            wide(
                #[inline(always)]
                || {
                    out.fill(T::ZERO);
                    for (line, from) in from.chunks(windows.output[1]).enumerate() {
                        for element in elements(windows) {
                            let out = &mut out[under(windows, line, element)..];
                            for (out, &x) in out.iter_mut().step_by(windows.stride[1]).zip(from) {
                                *out += x * share;
                            }
                        }
                    }
                },
            );
        });
    array(out, shape)
}

#[inline(always)]
fn elements(windows: &Windows) -> impl Iterator<Item = [usize; 2]> {
    let [height, width] = windows.kernel;
    (0..height).flat_map(move |i| (0..width).map(move |j| [i, j]))
}
