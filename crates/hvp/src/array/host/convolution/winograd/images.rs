//! The transforms of the tiles of one channel: Bᵀ d B of images, A ȳ Aᵀ of cotangents and Aᵀ m A of products.

use std::array;

use pulp::{Simd, WithSimd};

use super::layout::PLACES;
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

/// Numbers behind each place of transformed tiles: vectors are stored whole, and what hangs over is written over by the
/// next or falls there. They keep places from beginning at multiples of a power of two as well, which fall on one another
/// in a cache.
const GAP: usize = 16;

/// The numbers from the beginning of one place of transformed tiles to that of the next.
pub(super) fn place_step(tiles: usize) -> usize {
    tiles + GAP
}

/// One channel of the tiles of a stretch.
pub(super) struct Channel<'a, T> {
    pub tiling: &'a Tiling,
    pub stretch: &'a Stretch,
    pub planes: Planes<'a, T>,
    /// Memory for what is computed on the way, [`lines`] numbers.
    pub lines: &'a mut [T],
    /// The transformed tiles, [16, T] with [`place_step`] numbers for T.
    pub out: &'a mut [T],
}

/// A row of pixels: its even ones and its odd ones, from before the image on, with room for whole vectors behind
/// each.
fn half(across: usize) -> usize {
    across + 1 + GAP
}

/// Numbers of memory that the transforms of a stretch want on the way.
pub(super) fn lines(stretch: &Stretch) -> usize {
    4 * (stretch.rows.len() + 1) * half(stretch.across)
}

impl<T: Real> Channel<'_, T> {
    /// Calls `tile` for as many tiles at once as vectors hold, with the even pixels and the odd ones of the rows of pixels
    /// that they read. The image begins `before` its outputs.
    #[inline(always)]
    fn each_vector<S: Simd, const ROWS: usize>(
        self,
        simd: S,
        image: [usize; 2],
        before: [usize; 2],
        tile: impl Fn([Row<T, S>; ROWS]) -> [Vector<T, S>; PLACES],
    ) {
        let Channel {
            stretch,
            planes,
            lines,
            out,
            ..
        } = self;
        let (across, tiles) = (stretch.across, stretch.tiles());
        let (half, step) = (half(across), place_step(tiles));
        let lanes = Vector::<T, S>::LANES;
        let rows = 2 * (stretch.rows.len() - 1) + ROWS;
        let lines = &mut lines[..rows * 2 * half];
        for (beside, index) in stretch.images.clone().enumerate() {
            for (row, pixels) in lines.chunks_mut(2 * half).enumerate() {
                let (even, odd) = pixels.split_at_mut(half);
                let (even, odd) = (&mut even[..across + 1], &mut odd[..across + 1]);
                let pixel = (2 * stretch.rows.start + row).wrapping_sub(before[0]);
                if pixel < image[0] {
                    halve(planes.line(index, pixel, image[1]), before[1], even, odd);
                } else {
                    even.fill(T::ZERO);
                    odd.fill(T::ZERO);
                }
            }
            for (at, pixels) in lines.windows(ROWS * 2 * half).step_by(4 * half).enumerate() {
                let start = (beside * stretch.rows.len() + at) * across;
                for first in (0..across).step_by(lanes) {
                    let mut rows = [Row::zero(simd); ROWS];
                    for (row, pixels) in rows.iter_mut().zip(pixels.chunks(2 * half)) {
                        *row = Row::load(simd, &pixels[first..half], &pixels[half + first..]);
                    }
                    let places = tile(rows);
                    for (out, vector) in out[start + first..].chunks_mut(step).zip(places) {
                        vector.store(out);
                    }
                }
            }
        }
    }
}

/// The even pixels of a line and the odd ones, counted from `before` zeros in front of it, with zeros behind.
#[inline(always)]
fn halve<T: Real>(line: &[T], before: usize, even: &mut [T], odd: &mut [T]) {
    let (pairs, last) = line.as_chunks::<2>();
    let start = before / 2;
    // Where the line begins with an odd one, the even one of a pair belongs to the next tile.
    let (first, second, behind) = if before.is_multiple_of(2) {
        (even, odd, start)
    } else {
        (odd, even, start + 1)
    };
    first[..start].fill(T::ZERO);
    second[..behind].fill(T::ZERO);
    let (firsts, first) = first[start..].split_at_mut(pairs.len());
    let (seconds, second) = second[behind..].split_at_mut(pairs.len());
    for ((first, second), pair) in firsts.iter_mut().zip(seconds).zip(pairs) {
        *first = pair[0];
        *second = pair[1];
    }
    first.fill(T::ZERO);
    second.fill(T::ZERO);
    if let (Some(&last), Some(first)) = (last.first(), first.first_mut()) {
        *first = last;
    }
}

/// Pixels of a row that some tiles read: even, odd, and those of the next tile.
#[derive(Clone, Copy)]
struct Row<T: Real, S: Simd> {
    even: Vector<T, S>,
    odd: Vector<T, S>,
    next_even: Vector<T, S>,
    next_odd: Vector<T, S>,
}

impl<T: Real, S: Simd> Row<T, S> {
    #[inline(always)]
    fn zero(simd: S) -> Self {
        let zero = Vector::splat(simd, T::ZERO);
        Row {
            even: zero,
            odd: zero,
            next_even: zero,
            next_odd: zero,
        }
    }

    #[inline(always)]
    fn load(simd: S, even: &[T], odd: &[T]) -> Self {
        Row {
            even: Vector::load(simd, even),
            odd: Vector::load(simd, odd),
            next_even: Vector::load(simd, &even[1..]),
            next_odd: Vector::load(simd, &odd[1..]),
        }
    }
}

/// Bᵀ d for a column d.
#[inline(always)]
fn spread<T: Real, S: Simd>([a, b, c, d]: [Vector<T, S>; 4]) -> [Vector<T, S>; 4] {
    [a - c, b + c, c - b, b - d]
}

/// A y for a column y.
#[inline(always)]
fn widen<T: Real, S: Simd>([a, b]: [Vector<T, S>; 2]) -> [Vector<T, S>; 4] {
    [a, a + b, a - b, -b]
}

/// The places of a tile of which `columns` are given, row by row.
#[inline(always)]
fn by_rows<T: Real, S: Simd>(columns: [[Vector<T, S>; 4]; 4]) -> [Vector<T, S>; PLACES] {
    let [a, b, c, d] = columns;
    [
        a[0], b[0], c[0], d[0], a[1], b[1], c[1], d[1], a[2], b[2], c[2], d[2], a[3], b[3], c[3],
        d[3],
    ]
}

/// Bᵀ d B.
pub(super) struct Spread<'a, T>(pub Channel<'a, T>);

impl<T: Real> WithSimd for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Tiling { image, before, .. } = *self.0.tiling;
        self.0.each_vector(
            simd,
            image,
            before,
            #[inline(always)]
            |[p, q, r, s]: [Row<T, S>; 4]| {
                let [p, q, r, s] = [of_row(p), of_row(q), of_row(r), of_row(s)];
                by_rows([
                    spread([p[0], q[0], r[0], s[0]]),
                    spread([p[1], q[1], r[1], s[1]]),
                    spread([p[2], q[2], r[2], s[2]]),
                    spread([p[3], q[3], r[3], s[3]]),
                ])
            },
        );
    }
}

/// d B for a row d.
#[inline(always)]
fn of_row<T: Real, S: Simd>(row: Row<T, S>) -> [Vector<T, S>; 4] {
    spread([row.even, row.odd, row.next_even, row.next_odd])
}

/// A ȳ Aᵀ.
pub(super) struct Widen<'a, T>(pub Channel<'a, T>);

impl<T: Real> WithSimd for Widen<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let output = self.0.tiling.output;
        self.0.each_vector(
            simd,
            output,
            [0, 0],
            #[inline(always)]
            |[upper, lower]: [Row<T, S>; 2]| {
                let (p, q) = (
                    widen([upper.even, upper.odd]),
                    widen([lower.even, lower.odd]),
                );
                by_rows([
                    widen([p[0], q[0]]),
                    widen([p[1], q[1]]),
                    widen([p[2], q[2]]),
                    widen([p[3], q[3]]),
                ])
            },
        );
    }
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
    let (across, tiles) = (stretch.across, stretch.tiles());
    let [height, pixels] = tiling.output;
    let [a, b, c, d] = parts::<T, 4>(outputs, tiles);
    for (at, row) in stretch.rows.clone().enumerate() {
        let start = (image * stretch.rows.len() + at) * across;
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

#[cfg(test)]
mod tests {
    use super::{GAP, half};

    #[test]
    fn half_a_row_has_a_pixel_more_and_room_for_vectors() {
        assert_eq!([1, 7].map(half), [2 + GAP, 8 + GAP]);
    }
}
