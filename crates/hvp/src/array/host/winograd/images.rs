//! The transforms of images: Bᵀ d B, A ȳ Aᵀ and Aᵀ m A for the tiles of one channel.

use super::PLACES;
use super::tiling::{Stretch, Tiling};
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
fn cut<T, const N: usize>(mut slice: &mut [T], each: usize) -> [&mut [T]; N] {
    [(); N].map(|()| {
        let (part, rest) = std::mem::take(&mut slice).split_at_mut(each);
        slice = rest;
        part
    })
}

/// The same of a slice that is only read.
#[inline(always)]
fn parts<T, const N: usize>(slice: &[T], each: usize) -> [&[T]; N] {
    std::array::from_fn(|part| &slice[part * each..][..each])
}

impl Tiling {
    /// Numbers of memory that the transforms of a stretch want on the way.
    pub fn lines(&self, stretch: &Stretch) -> usize {
        8 * (stretch.rows.len() + 1) * stretch.width() + 2 * stretch.across + 2
    }

    /// Bᵀ d B of one channel, [16, T].
    #[inline(always)]
    pub fn spread<T: Real>(
        &self,
        planes: Planes<T>,
        stretch: &Stretch,
        lines: &mut [T],
        out: &mut [T],
    ) {
        let (across, width) = (stretch.across, stretch.width());
        // Half of the rows of pixels, the even ones or the odd.
        let half = (stretch.rows.len() + 1) * width;
        let (lines, line) = lines.split_at_mut(8 * half);
        let line = &mut line[..2 * across + 2];
        line.fill(T::ZERO);
        // d B, as [column of the tile, parity of the row of pixels, pair of rows, image, tile].
        for row in 0..2 * (stretch.rows.len() + 1) {
            let pixel = (2 * stretch.rows.start + row)
                .checked_sub(self.before[0])
                .filter(|&pixel| pixel < self.image[0]);
            for (at, image) in stretch.images.clone().enumerate() {
                let start = (row % 2) * half + (row / 2) * width + at * across;
                let [a, b, c, d] =
                    cut::<T, 4>(lines, 2 * half).map(|column| &mut column[start..start + across]);
                let Some(pixel) = pixel else {
                    for column in [a, b, c, d] {
                        column.fill(T::ZERO);
                    }
                    continue;
                };
                line[self.before[1]..][..self.image[1]].copy_from_slice(planes.line(
                    image,
                    pixel,
                    self.image[1],
                ));
                let (pairs, _) = line.as_chunks::<2>();
                let next = &pairs[1..];
                for ((((((a, b), c), d), pair), next), _) in a
                    .iter_mut()
                    .zip(b)
                    .zip(c)
                    .zip(d)
                    .zip(pairs)
                    .zip(next)
                    .zip(0..across)
                {
                    *a = pair[0] - next[0];
                    *b = pair[1] + next[0];
                    *c = next[0] - pair[1];
                    *d = pair[1] - next[1];
                }
            }
        }
        let tiles = stretch.tiles();
        for column in 0..4 {
            let [even, odd] = parts(&lines[2 * column * half..], half);
            let (below, odd_below) = (&even[width..], &odd[width..]);
            let mut out = cut::<T, PLACES>(out, tiles);
            let [a, b, c, d] = [0, 1, 2, 3].map(|row| std::mem::take(&mut out[4 * row + column]));
            for (((((((a, b), c), d), &e), &o), &f), &p) in a
                .iter_mut()
                .zip(b)
                .zip(c)
                .zip(d)
                .zip(even)
                .zip(odd)
                .zip(below)
                .zip(odd_below)
            {
                *a = e - f;
                *b = o + f;
                *c = f - o;
                *d = o - p;
            }
        }
    }

    /// A ȳ Aᵀ of one channel of the output, [16, T].
    #[inline(always)]
    pub fn widen<T: Real>(
        &self,
        planes: Planes<T>,
        stretch: &Stretch,
        lines: &mut [T],
        out: &mut [T],
    ) {
        let (across, width, tiles) = (stretch.across, stretch.width(), stretch.tiles());
        let [height, pixels] = self.output;
        // ȳ as [row of the tile, column of the tile, T].
        let lines = &mut lines[..4 * tiles];
        for (at, row) in stretch.rows.clone().enumerate() {
            for inside in 0..2 {
                for (beside, image) in stretch.images.clone().enumerate() {
                    let start = at * width + beside * across;
                    let [left, right] = cut::<T, 2>(&mut lines[2 * inside * tiles..], tiles)
                        .map(|column| &mut column[start..start + across]);
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
        let mut out = cut::<T, PLACES>(out, tiles);
        let (upper, lower) = out.split_at_mut(8);
        let (first, second) = upper.split_at_mut(4);
        let (third, fourth) = lower.split_at_mut(4);
        row_of_places(first, tiles, |t| [a[t], b[t]]);
        row_of_places(second, tiles, |t| [a[t] + c[t], b[t] + d[t]]);
        row_of_places(third, tiles, |t| [a[t] - c[t], b[t] - d[t]]);
        row_of_places(fourth, tiles, |t| [-c[t], -d[t]]);
    }

    /// Aᵀ m A of one channel of the output in place of m [16, T]: the outputs as [row of the tile, column of the
    /// tile, T], with `shift` added to them.
    #[inline(always)]
    pub fn narrow<T: Real>(stretch: &Stretch, shift: T, m: &mut [T]) {
        let tiles = stretch.tiles();
        let m = cut::<T, PLACES>(m, tiles);
        for t in 0..tiles {
            let [u, l] = [0, 1, 2, 3]
                .map(|column| [0, 4, 8, 12].map(|row| m[row + column][t]))
                .map(|[a, b, c, d]| [a + b + c, b - c - d])
                .into_iter()
                .enumerate()
                .fold([[T::ZERO; 4]; 2], |mut halves, (column, [upper, lower])| {
                    halves[0][column] = upper;
                    halves[1][column] = lower;
                    halves
                });
            m[0][t] = u[0] + u[1] + u[2] + shift;
            m[1][t] = u[1] - u[2] - u[3] + shift;
            m[2][t] = l[0] + l[1] + l[2] + shift;
            m[3][t] = l[1] - l[2] - l[3] + shift;
        }
    }

    /// Writes the outputs that [`narrow`](Self::narrow) made of one channel of the `image`-th of a stretch's images
    /// into its plane [h, w].
    #[inline(always)]
    pub fn place<T: Real>(&self, outputs: &[T], stretch: &Stretch, image: usize, plane: &mut [T]) {
        let (across, width, tiles) = (stretch.across, stretch.width(), stretch.tiles());
        let [height, pixels] = self.output;
        let [a, b, c, d] = parts::<T, 4>(outputs, tiles);
        for (at, row) in stretch.rows.clone().enumerate() {
            let start = at * width + image * across;
            for (inside, [left, right]) in [[a, b], [c, d]].into_iter().enumerate() {
                if 2 * row + inside >= height {
                    continue;
                }
                let line = &mut plane[(2 * row + inside) * pixels..][..pixels];
                let [left, right] = [left, right].map(|column| &column[start..start + across]);
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
}

/// A row of places of A ȳ Aᵀ: y Aᵀ for the two columns of y.
#[inline(always)]
fn row_of_places<T: Real>(out: &mut [&mut [T]], tiles: usize, y: impl Fn(usize) -> [T; 2]) {
    let [p, q, r, s] = out else { return };
    for t in 0..tiles {
        let [left, right] = y(t);
        p[t] = left;
        q[t] = left + right;
        r[t] = left - right;
        s[t] = -right;
    }
}
