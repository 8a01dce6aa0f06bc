//! The transforms of the tiles of one channel: Bᵀ d B of images, A ȳ Aᵀ of cotangents and Aᵀ m A of products.

use std::{array, mem};

use pulp::{Simd, WithSimd};

use super::PLACES;
use super::tiling::{Stretch, Tiling};
use crate::array::host::lanes::{Vector, each};
use crate::array::host::real::Real;

/// Images [n, c, h, w], of which the planes of one channel are meant.
#[derive(Clone, Copy)]
pub(super) struct Planes<'a, T> {
    pub images: &'a [T],
    /// Numbers of an image.
    pub each: usize,
    /// Where the channel begins in an image.
    pub start: usize,
}

impl<'a, T> Planes<'a, T> {
    fn line(&self, image: usize, line: usize, width: usize) -> &'a [T] {
        &self.images[image * self.each + self.start + line * width..][..width]
    }
}

/// What a slice is cut into, one after another.
#[inline(always)]
pub(super) fn cut<T, const N: usize>(slice: &mut [T], each: usize) -> [&mut [T]; N] {
    let mut parts: [&mut [T]; N] = array::from_fn(|_| <&mut [T]>::default());
    for (part, values) in parts.iter_mut().zip(slice.chunks_mut(each)) {
        *part = values;
    }
    parts
}

/// The same of a slice that is only read.
#[inline(always)]
pub(super) fn parts<T, const N: usize>(slice: &[T], each: usize) -> [&[T]; N] {
    let mut parts: [&[T]; N] = [&[]; N];
    for (part, values) in parts.iter_mut().zip(slice.chunks(each)) {
        *part = values;
    }
    parts
}

/// One channel of the tiles of a stretch.
pub(super) struct Channel<'a, T> {
    pub tiling: &'a Tiling,
    pub stretch: &'a Stretch,
    pub planes: Planes<'a, T>,
    /// Memory for what is computed on the way, [`lines`] numbers.
    pub lines: &'a mut [T],
    /// The transformed tiles, [16, T].
    pub out: &'a mut [T],
}

/// Numbers of memory that the transforms of a stretch want on the way.
pub(super) fn lines(stretch: &Stretch) -> usize {
    8 * (stretch.rows.len() + 1) * stretch.width() + 4 * (stretch.across + 1)
}

/// Bᵀ d B.
pub(super) struct Spread<'a, T>(pub Channel<'a, T>);

impl<T: Real> WithSimd for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Channel {
            tiling,
            stretch,
            planes,
            lines,
            out,
        } = self.0;
        let (across, width) = (stretch.across, stretch.width());
        // Half of the rows of pixels, the even ones or the odd.
        let half = (stretch.rows.len() + 1) * width;
        let (lines, line) = lines.split_at_mut(8 * half);
        let (line, columns) = line.split_at_mut(2 * (across + 1));
        line.fill(T::ZERO);
        // d B, as [column of the tile, parity of the row of pixels, pair of rows, image, tile].
        for row in 0..2 * (stretch.rows.len() + 1) {
            let pixel = (2 * stretch.rows.start + row)
                .checked_sub(tiling.before[0])
                .filter(|&pixel| pixel < tiling.image[0]);
            for (at, image) in stretch.images.clone().enumerate() {
                let start = (row % 2) * half + (row / 2) * width + at * across;
                let (left, right) = lines.split_at_mut(4 * half);
                let (a, b) = left.split_at_mut(2 * half);
                let (c, d) = right.split_at_mut(2 * half);
                let written = [
                    &mut a[start..start + across],
                    &mut b[start..start + across],
                    &mut c[start..start + across],
                    &mut d[start..start + across],
                ];
                let Some(pixel) = pixel else {
                    for column in written {
                        column.fill(T::ZERO);
                    }
                    continue;
                };
                line[tiling.before[1]..][..tiling.image[1]].copy_from_slice(planes.line(
                    image,
                    pixel,
                    tiling.image[1],
                ));
                let (even, odd) = columns.split_at_mut(across + 1);
                let (pairs, _) = line.as_chunks::<2>();
                for ((even, odd), pair) in even.iter_mut().zip(odd.iter_mut()).zip(pairs) {
                    *even = pair[0];
                    *odd = pair[1];
                }
                each(
                    simd,
                    [even, odd, &even[1..], &odd[1..]],
                    written,
                    #[inline(always)]
                    |[a, b, c, d]| [a - c, b + c, c - b, b - d],
                );
            }
        }
        let tiles = stretch.tiles();
        for column in 0..4 {
            let [even, odd] = parts(&lines[2 * column * half..], half);
            let mut out = cut::<T, PLACES>(out, tiles);
            each(
                simd,
                [even, odd, &even[width..], &odd[width..]],
                [
                    mem::take(&mut out[column]),
                    mem::take(&mut out[4 + column]),
                    mem::take(&mut out[8 + column]),
                    mem::take(&mut out[12 + column]),
                ],
                #[inline(always)]
                |[a, b, c, d]| [a - c, b + c, c - b, b - d],
            );
        }
    }
}

/// A ȳ Aᵀ.
pub(super) struct Widen<'a, T>(pub Channel<'a, T>);

impl<T: Real> WithSimd for Widen<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Channel {
            tiling,
            stretch,
            planes,
            lines,
            out,
        } = self.0;
        let (across, width, tiles) = (stretch.across, stretch.width(), stretch.tiles());
        let [height, pixels] = tiling.output;
        // ȳ as [row of the tile, column of the tile, T].
        let lines = &mut lines[..4 * tiles];
        for (at, row) in stretch.rows.clone().enumerate() {
            for inside in 0..2 {
                for (beside, image) in stretch.images.clone().enumerate() {
                    let start = at * width + beside * across;
                    let (left, right) = lines[2 * inside * tiles..].split_at_mut(tiles);
                    let left = &mut left[start..start + across];
                    let right = &mut right[start..start + across];
                    if 2 * row + inside >= height {
                        left.fill(T::ZERO);
                        right.fill(T::ZERO);
                        continue;
                    }
                    let line = planes.line(image, 2 * row + inside, pixels);
                    let (pairs, last) = line.as_chunks::<2>();
                    for ((left, right), pair) in left.iter_mut().zip(right.iter_mut()).zip(pairs) {
                        *left = pair[0];
                        *right = pair[1];
                    }
                    if let Some(&last) = last.first() {
                        left[across - 1] = last;
                        right[across - 1] = T::ZERO;
                    }
                }
            }
        }
        let [a, b, c, d] = parts::<T, 4>(lines, tiles);
        let (first, rest) = out.split_at_mut(4 * tiles);
        let (second, rest) = rest.split_at_mut(4 * tiles);
        let (third, fourth) = rest.split_at_mut(4 * tiles);
        each(
            simd,
            [a, b],
            cut::<T, 4>(first, tiles),
            #[inline(always)]
            |[a, b]| across_tile(a, b),
        );
        each(
            simd,
            [a, b, c, d],
            cut::<T, 4>(second, tiles),
            #[inline(always)]
            |[a, b, c, d]| across_tile(a + c, b + d),
        );
        each(
            simd,
            [a, b, c, d],
            cut::<T, 4>(third, tiles),
            #[inline(always)]
            |[a, b, c, d]| across_tile(a - c, b - d),
        );
        each(
            simd,
            [c, d],
            cut::<T, 4>(fourth, tiles),
            #[inline(always)]
            |[c, d]| across_tile(-c, -d),
        );
    }
}

/// A row of y Aᵀ.
#[inline(always)]
fn across_tile<T: Real, S: Simd>(left: Vector<T, S>, right: Vector<T, S>) -> [Vector<T, S>; 4] {
    [left, left + right, left - right, -right]
}

/// Aᵀ m A of products m [16, T], as outputs [row of the tile, column of the tile, T], with a shift added to them.
pub(super) struct Narrow<'a, T> {
    pub products: &'a [T],
    pub tiles: usize,
    pub shift: T,
    pub outputs: &'a mut [T],
}

impl<T: Real> WithSimd for Narrow<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let shift = Vector::splat(simd, self.shift);
        each(
            simd,
            parts::<T, PLACES>(self.products, self.tiles),
            cut::<T, 4>(self.outputs, self.tiles),
            #[inline(always)]
            |m| {
                let mut upper = [shift; 4];
                let mut lower = [shift; 4];
                for column in 0..4 {
                    upper[column] = m[column] + m[4 + column] + m[8 + column];
                    lower[column] = m[4 + column] - m[8 + column] - m[12 + column];
                }
                let [a, b, c, d] = upper;
                let [e, f, g, h] = lower;
                [
                    a + b + c + shift,
                    b - c - d + shift,
                    e + f + g + shift,
                    f - g - h + shift,
                ]
            },
        );
    }
}

/// Writes outputs [row of the tile, column of the tile, T] of the `image`-th of a stretch's images into their plane [h, w].
#[inline(always)]
pub(super) fn place<T: Real>(
    tiling: &Tiling,
    stretch: &Stretch,
    outputs: &[T],
    image: usize,
    plane: &mut [T],
) {
    let (across, width, tiles) = (stretch.across, stretch.width(), stretch.tiles());
    let [height, pixels] = tiling.output;
    let [a, b, c, d] = parts::<T, 4>(outputs, tiles);
    for (at, row) in stretch.rows.clone().enumerate() {
        let start = at * width + image * across;
        for (inside, [left, right]) in [[a, b], [c, d]].into_iter().enumerate() {
            if 2 * row + inside >= height {
                continue;
            }
            let line = &mut plane[(2 * row + inside) * pixels..][..pixels];
            let left = &left[start..start + across];
            let right = &right[start..start + across];
            let (pairs, last) = line.as_chunks_mut::<2>();
            for ((pair, &left), &right) in pairs.iter_mut().zip(left).zip(right) {
                *pair = [left, right];
            }
            if let Some(last) = last.first_mut() {
                *last = left[across - 1];
            }
        }
    }
}
