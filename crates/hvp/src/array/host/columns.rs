//! Convolution as products of matrices over unfolded columns.
//!
//! With windows of q = c_in / groups · k_h k_w elements and s pixels of the output, the columns of
//! some images are [c_in k_h k_w, T], T being their pixels one image after another. Each of
//! convolution's three contractions is one product with them for every group. Columns are made for a
//! few hundred pixels at a time, so that they are still in a cache where the product reads them, and
//! are never a tensor.
//!
//! A contraction adds up several pairs of arguments, as the product rule gives them. Each argument
//! has the K directions of the result or is shared by them.

use std::ops::Range;

use faer::MatRef;
use rayon::prelude::*;

use super::matrix::{Onto, multiply, rows, rows_mut};
use super::numbers::Directed;
use super::real::Real;
use super::scratch::{give, scratch};
use crate::array::windows::Windows;

/// Pixels of the output whose columns are made at a time, about.
const TILE: usize = 512;

/// Rows of a product that are computed together where there is little else to compute side by side.
const BLOCK: usize = 64;

/// Tasks there are at least before the rows of a product are not computed side by side.
const TASKS: usize = 8;

/// Output rows of consecutive images whose columns stand side by side, the rows of all images
/// numbered through.
type Tile = Range<usize>;

impl Windows {
    /// Elements of an image.
    fn pixels_in(&self) -> usize {
        self.channels * self.image[0] * self.image[1]
    }

    /// Pixels of the output, s.
    fn pixels(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Elements of an output.
    fn pixels_out(&self) -> usize {
        self.filters * self.pixels()
    }

    /// Elements of a window in all groups.
    fn window(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Elements of a window in one group, q.
    fn group_window(&self) -> usize {
        self.window() / self.groups
    }

    fn group_filters(&self) -> usize {
        self.filters / self.groups
    }

    /// The outputs along an axis whose window has its element `offset` inside the image.
    fn inside(&self, axis: usize, offset: usize) -> Range<usize> {
        let (stride, before) = (self.stride[axis], self.before[axis]);
        let offset = offset * self.dilation[axis];
        let first = before.saturating_sub(offset).div_ceil(stride);
        let end = match (self.image[axis] + before).checked_sub(offset + 1) {
            Some(last) => (last / stride + 1).min(self.output[axis]),
            None => 0,
        };
        first.min(end)..end
    }

    /// Images that go together.
    fn together(&self, images: usize) -> usize {
        (TILE / self.pixels().max(1)).clamp(1, images.max(1))
    }

    /// The tiles of some images that go together.
    fn tiles(&self, images: usize) -> impl Iterator<Item = Tile> {
        let all = images * self.output[0];
        let step = if images == 1 {
            (TILE / self.output[1].max(1)).max(1)
        } else {
            all.max(1)
        };
        (0..all)
            .step_by(step)
            .map(move |start| start..(start + step).min(all))
    }

    /// The channels of a group.
    fn of_group(&self, group: usize) -> Range<usize> {
        let count = self.channels / self.groups;
        group * count..(group + 1) * count
    }

    /// Calls `run` for each stretch of the columns of some channels: where it lies there, and where it
    /// begins in the images unless it is all padding. Its elements lie a stride apart in the images.
    fn stretches(
        &self,
        channels: Range<usize>,
        tile: &Tile,
        mut run: impl FnMut(Range<usize>, Option<usize>),
    ) {
        let [height, width] = self.image;
        let [rows_out, columns_out] = self.output;
        let pixels = tile.len() * columns_out;
        let mut row = 0;
        for channel in channels {
            for i in 0..self.kernel[0] {
                let lines = self.inside(0, i);
                for j in 0..self.kernel[1] {
                    let span = self.inside(1, j);
                    for (at, line) in tile.clone().enumerate() {
                        let (image, line) = (line / rows_out, line % rows_out);
                        let start = row * pixels + at * columns_out;
                        let end = start + columns_out;
                        if !lines.contains(&line) || span.is_empty() {
                            run(start..end, None);
                            continue;
                        }
                        let from = line * self.stride[0] + i * self.dilation[0] - self.before[0];
                        let from = ((image * self.channels + channel) * height + from) * width
                            + span.start * self.stride[1]
                            + j * self.dilation[1]
                            - self.before[1];
                        if span.start > 0 {
                            run(start..start + span.start, None);
                        }
                        run(start + span.start..start + span.end, Some(from));
                        if span.end < columns_out {
                            run(start + span.end..end, None);
                        }
                    }
                    row += 1;
                }
            }
        }
    }

    /// Writes the columns of some channels of a tile of images.
    fn unfold<T: Real>(
        &self,
        images: &[T],
        channels: Range<usize>,
        tile: &Tile,
        columns: &mut [T],
    ) {
        let stride = self.stride[1];
        self.stretches(channels, tile, |to, from| {
            let to = &mut columns[to];
            match from {
                None => to.fill(T::ZERO),
                Some(from) if stride == 1 => to.copy_from_slice(&images[from..from + to.len()]),
                Some(from) => {
                    for (to, from) in to.iter_mut().zip(images[from..].iter().step_by(stride)) {
                        *to = *from;
                    }
                }
            }
        });
    }

    /// The transpose of [`unfold`](Self::unfold) for all channels: adds columns where they come from.
    fn fold<T: Real>(&self, columns: &[T], tile: &Tile, images: &mut [T]) {
        let stride = self.stride[1];
        self.stretches(0..self.channels, tile, |part, to| {
            let Some(to) = to else { return };
            let part = &columns[part];
            if stride == 1 {
                let to = &mut images[to..to + part.len()];
                to.iter_mut().zip(part).for_each(|(to, &x)| *to += x);
            } else {
                let to = images[to..].iter_mut().step_by(stride);
                to.zip(part).for_each(|(to, &x)| *to += x);
            }
        });
    }

    /// conv(x, w) for pairs of x [n, c_in, …] and w [c_out, …], with a bias [c_out], added up into `out`
    /// [K, n, c_out, …].
    pub fn forward<T: Real>(
        &self,
        pairs: &[(&Directed<T>, &Directed<T>)],
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        if out.is_empty() {
            return;
        }
        let per_direction = out.len() / directions;
        let images = per_direction / self.pixels_out();
        if self.in_tiles(images) {
            return self.forward_in_tiles(pairs, bias, directions, out);
        }
        let together = self.together(images);
        let split = directions * images.div_ceil(together) < TASKS;
        let (q, s) = (self.group_window(), self.pixels());
        out.par_chunks_mut(per_direction)
            .enumerate()
            .for_each(|(k, out)| {
                out.par_chunks_mut(together * self.pixels_out())
                    .enumerate()
                    .for_each(|(chunk, out)| {
                        let count = out.len() / self.pixels_out();
                        let first = chunk * together * self.pixels_in();
                        let direct = count == 1;
                        for tile in self.tiles(count) {
                            let pixels = tile.len() * self.output[1];
                            let mut columns = scratch(self.window() * pixels);
                            // One image is written where it belongs; several stand side by side first.
                            let mut beside =
                                scratch(if direct { 0 } else { self.filters * pixels });
                            let (into, stride, offset) = if direct {
                                (&mut *out, s, tile.start * self.output[1])
                            } else {
                                (&mut beside[..], pixels, 0)
                            };
                            let mut onto = Onto::Nothing;
                            if let Some(bias) = bias {
                                for (row, &bias) in into.chunks_mut(stride).zip(bias.direction(k)) {
                                    row[offset..offset + pixels].fill(bias);
                                }
                                onto = Onto::Sum;
                            }
                            for (x, weight) in pairs {
                                let x = &x.direction(k)[first..first + count * self.pixels_in()];
                                self.unfold(x, 0..self.channels, &tile, &mut columns);
                                for ((into, weight), columns) in into
                                    .chunks_mut(self.group_filters() * stride)
                                    .zip(weight.direction(k).chunks(self.group_filters() * q))
                                    .zip(columns.chunks(q * pixels))
                                {
                                    let weight = rows(weight, self.group_filters(), q, q);
                                    let columns = rows(columns, q, pixels, pixels);
                                    by_blocks(into, [stride, offset], onto, weight, columns, split);
                                }
                                onto = Onto::Sum;
                            }
                            if !direct {
                                apart(&beside, count, s, out);
                            }
                            give(beside);
                            give(columns);
                        }
                    });
            });
    }

    /// The cotangent of x for pairs of w [c_out, …] and ȳ [n, c_out, …], added up into `out`
    /// [K, n, c_in, …].
    pub fn pull_input<T: Real>(
        &self,
        pairs: &[(&Directed<T>, &Directed<T>)],
        directions: usize,
        out: &mut [T],
    ) {
        if out.is_empty() || self.pixels() == 0 {
            return out.fill(T::ZERO);
        }
        let per_direction = out.len() / directions;
        let images = per_direction / self.pixels_in();
        if self.in_tiles(images) {
            return self.pull_input_in_tiles(pairs, directions, out);
        }
        let together = self.together(images);
        let split = directions * images.div_ceil(together) < TASKS;
        let (q, s) = (self.group_window(), self.pixels());
        out.par_chunks_mut(per_direction)
            .enumerate()
            .for_each(|(k, out)| {
                out.par_chunks_mut(together * self.pixels_in())
                    .enumerate()
                    .for_each(|(chunk, out)| {
                        out.fill(T::ZERO);
                        let count = out.len() / self.pixels_in();
                        let first = chunk * together * self.pixels_out();
                        let direct = count == 1;
                        for tile in self.tiles(count) {
                            let pixels = tile.len() * self.output[1];
                            let mut columns = scratch(self.window() * pixels);
                            let mut beside =
                                scratch(if direct { 0 } else { self.filters * pixels });
                            let mut onto = Onto::Nothing;
                            for (weight, cotangent) in pairs {
                                let cotangent = &cotangent.direction(k)
                                    [first..first + count * self.pixels_out()];
                                let (from, stride) = if direct {
                                    (&cotangent[tile.start * self.output[1]..], s)
                                } else {
                                    side_by_side(cotangent, count, s, &mut beside);
                                    (&beside[..], pixels)
                                };
                                for ((columns, weight), from) in columns
                                    .chunks_mut(q * pixels)
                                    .zip(weight.direction(k).chunks(self.group_filters() * q))
                                    .zip(from.chunks(self.group_filters() * stride))
                                {
                                    let weight = rows(weight, self.group_filters(), q, q);
                                    let from = rows(from, self.group_filters(), pixels, stride);
                                    let weight = weight.transpose();
                                    by_blocks(columns, [pixels, 0], onto, weight, from, split);
                                }
                                onto = Onto::Sum;
                            }
                            self.fold(&columns, &tile, out);
                            give(beside);
                            give(columns);
                        }
                    });
            });
    }

    /// The cotangent of w for pairs of x [n, c_in, …] and ȳ [n, c_out, …], added up into `out`
    /// [K, c_out, …].
    pub fn pull_weight<T: Real>(
        &self,
        pairs: &[(&Directed<T>, &Directed<T>)],
        directions: usize,
        out: &mut [T],
    ) {
        let q = self.group_window();
        if out.is_empty() || self.pixels() == 0 {
            return out.fill(T::ZERO);
        }
        let images = pairs[0].0.direction(0).len() / self.pixels_in();
        if self.in_tiles(images) {
            return self.pull_weight_in_tiles(pairs, directions, out);
        }
        // A direction is one task, but where there are few its filters are several.
        let filters = if directions < TASKS {
            self.group_filters().min(BLOCK)
        } else {
            self.group_filters()
        };
        out.par_chunks_mut(self.group_filters() * q)
            .enumerate()
            .for_each(|(chunk, out)| {
                let (k, group) = (chunk / self.groups, chunk % self.groups);
                out.par_chunks_mut(filters * q)
                    .enumerate()
                    .for_each(|(block, out)| {
                        let first = group * self.group_filters() + block * filters;
                        self.pull_filters(pairs, k, group, first..first + out.len() / q, out);
                    });
            });
    }

    /// The cotangent of some filters of one group.
    fn pull_filters<T: Real>(
        &self,
        pairs: &[(&Directed<T>, &Directed<T>)],
        k: usize,
        group: usize,
        filters: Range<usize>,
        out: &mut [T],
    ) {
        let (q, s) = (self.group_window(), self.pixels());
        let mut onto = Onto::Nothing;
        for (x, cotangent) in pairs {
            let (x, cotangent) = (x.direction(k), cotangent.direction(k));
            let images = x.len() / self.pixels_in();
            let together = self.together(images);
            for first in (0..images).step_by(together) {
                let count = together.min(images - first);
                let x = &x[first * self.pixels_in()..][..count * self.pixels_in()];
                let cotangent = &cotangent[first * self.pixels_out()..];
                for tile in self.tiles(count) {
                    let pixels = tile.len() * self.output[1];
                    let mut columns = scratch(q * pixels);
                    let mut beside = scratch(filters.len() * pixels);
                    self.unfold(x, self.of_group(group), &tile, &mut columns);
                    let start = tile.start * self.output[1];
                    for (row, filter) in beside.chunks_mut(pixels).zip(filters.clone()) {
                        if count == 1 {
                            let from = filter * s + start;
                            row.copy_from_slice(&cotangent[from..from + pixels]);
                        } else {
                            for (image, part) in row.chunks_mut(s).enumerate() {
                                let from = (image * self.filters + filter) * s;
                                part.copy_from_slice(&cotangent[from..from + s]);
                            }
                        }
                    }
                    multiply(
                        rows_mut(out, filters.len(), q, q),
                        onto,
                        rows(&beside, filters.len(), pixels, pixels),
                        rows(&columns, q, pixels, pixels).transpose(),
                    );
                    onto = Onto::Sum;
                    give(beside);
                    give(columns);
                }
            }
        }
    }
}

/// A product into rows that begin `stride` apart, from the column `offset` on, whole or in blocks of
/// rows side by side.
fn by_blocks<T: Real>(
    out: &mut [T],
    [stride, offset]: [usize; 2],
    onto: Onto,
    a: MatRef<T>,
    b: MatRef<T>,
    split: bool,
) {
    if !split {
        let out = rows_mut(&mut out[offset..], a.nrows(), b.ncols(), stride);
        return multiply(out, onto, a, b);
    }
    out.par_chunks_mut(BLOCK * stride)
        .enumerate()
        .for_each(|(block, out)| {
            let first = block * BLOCK;
            let count = BLOCK.min(a.nrows() - first);
            let out = rows_mut(&mut out[offset..], count, b.ncols(), stride);
            multiply(out, onto, a.subrows(first, count), b);
        });
}

/// Images [n, c, s] as [c, n s], for n images.
fn side_by_side<T: Real>(images: &[T], n: usize, s: usize, beside: &mut [T]) {
    let per_image = images.len() / n;
    for (channel, row) in beside.chunks_mut(n * s).enumerate() {
        for (image, part) in row.chunks_mut(s).enumerate() {
            let from = image * per_image + channel * s;
            part.copy_from_slice(&images[from..from + s]);
        }
    }
}

/// The inverse of [`side_by_side`].
fn apart<T: Real>(beside: &[T], n: usize, s: usize, images: &mut [T]) {
    let per_image = images.len() / n;
    for (channel, row) in beside.chunks(n * s).enumerate() {
        for (image, part) in row.chunks(s).enumerate() {
            let to = image * per_image + channel * s;
            images[to..to + s].copy_from_slice(part);
        }
    }
}
