//! Contractions as products of matrices with columns.
//!
//! Each is one product for every group. Columns are made for a few hundred pixels at a time, so that they are still in
//! a cache where the product reads them, and are never a tensor.

use super::columns::Tile;
use crate::array::host::matrix::{Onto, multiply_in_parts, multiply_on, rows, rows_mut};
use crate::array::host::numbers::{Directed, Pairs};
use crate::array::host::real::Real;
use crate::array::host::scratch::workspace;
use crate::array::host::tasks::{chunks, few};
use crate::array::windows::Windows;

/// Pixels of the output whose columns are made at a time, about.
const TILE: usize = 512;

/// Numbers of columns that are made at a time where all threads wait for them, about.
const TOGETHER: usize = 1 << 21;

impl Windows {
    /// The columns of all channels of a tile.
    fn unfold_all<T: Real>(&self, images: &[T], tile: &Tile, alone: bool, columns: &mut [T]) {
        let each = self.elements() * tile.len() * self.output[1];
        chunks(columns, each, alone, |channel, columns| {
            self.unfold(images, channel, tile, columns);
        });
    }

    pub(super) fn forward_unfolded<T: Real>(
        &self,
        pairs: &Pairs<T>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let per_direction = out.len() / directions;
        let images = per_direction / self.pixels_out();
        let together = self.together(images, TILE);
        let alone = few(directions * images.div_ceil(together));
        let (q, s, filters) = (self.group_window(), self.pixels(), self.group_filters());
        chunks(out, per_direction, true, |k, out| {
            chunks(out, together * self.pixels_out(), true, |chunk, out| {
                let count = out.len() / self.pixels_out();
                let first = chunk * together * self.pixels_in();
                let direct = count == 1;
                for tile in self.tiles(count, TILE) {
                    let pixels = tile.len() * self.output[1];
                    let mut columns = workspace(self.window() * pixels);
                    // One image is written where it belongs; several stand side by side first.
                    let mut beside = workspace(if direct { 0 } else { self.filters * pixels });
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
                        self.unfold_all(x, &tile, alone, &mut columns);
                        for ((into, weight), columns) in into
                            .chunks_mut(filters * stride)
                            .zip(weight.direction(k).chunks(filters * q))
                            .zip(columns.chunks(q * pixels))
                        {
                            let into = rows_mut(&mut into[offset..], filters, pixels, stride);
                            let weight = rows(weight, filters, q, q);
                            let columns = rows(columns, q, pixels, pixels);
                            multiply_on(alone, into, onto, weight, columns);
                        }
                        onto = Onto::Sum;
                    }
                    if !direct {
                        apart(&beside, count, s, alone, out);
                    }
                }
            });
        });
    }

    pub(super) fn pull_input_unfolded<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        out: &mut [T],
    ) {
        let per_direction = out.len() / directions;
        let images = per_direction / self.pixels_in();
        let together = self.together(images, TILE);
        let alone = few(directions * images.div_ceil(together));
        let (q, s, filters) = (self.group_window(), self.pixels(), self.group_filters());
        chunks(out, per_direction, true, |k, out| {
            chunks(out, together * self.pixels_in(), true, |chunk, out| {
                out.fill(T::ZERO);
                let count = out.len() / self.pixels_in();
                let first = chunk * together * self.pixels_out();
                let direct = count == 1;
                for tile in self.tiles(count, TILE) {
                    let pixels = tile.len() * self.output[1];
                    let mut columns = workspace(self.window() * pixels);
                    let mut beside = workspace(if direct { 0 } else { self.filters * pixels });
                    let mut onto = Onto::Nothing;
                    for (weight, cotangent) in pairs {
                        let cotangent =
                            &cotangent.direction(k)[first..first + count * self.pixels_out()];
                        let (from, stride) = if direct {
                            (&cotangent[tile.start * self.output[1]..], s)
                        } else {
                            side_by_side(cotangent, count, s, alone, &mut beside);
                            (&beside[..], pixels)
                        };
                        for ((columns, weight), from) in columns
                            .chunks_mut(q * pixels)
                            .zip(weight.direction(k).chunks(filters * q))
                            .zip(from.chunks(filters * stride))
                        {
                            let columns = rows_mut(columns, q, pixels, pixels);
                            let weight = rows(weight, filters, q, q).transpose();
                            let from = rows(from, filters, pixels, stride);
                            multiply_on(alone, columns, onto, weight, from);
                        }
                        onto = Onto::Sum;
                    }
                    let each = self.elements() * pixels;
                    chunks(out, self.plane(), alone, |index, plane| {
                        let (image, channel) = (index / self.channels, index % self.channels);
                        self.fold(&columns[channel * each..][..each], &tile, image, plane);
                    });
                }
            });
        });
    }

    pub(super) fn pull_weight_unfolded<T: Real>(
        &self,
        pairs: &Pairs<T>,
        images: usize,
        out: &mut [T],
    ) {
        let (q, s, filters) = (self.group_window(), self.pixels(), self.group_filters());
        let per_direction = self.filters * q;
        let most = (TOGETHER / self.window()).max(TILE);
        let together = self.together(images, most);
        let mut onto = Onto::Nothing;
        for first in (0..images).step_by(together) {
            let count = together.min(images - first);
            for tile in self.tiles(count, most) {
                let pixels = tile.len() * self.output[1];
                let mut arguments: Vec<_> = pairs
                    .iter()
                    .map(|_| {
                        (
                            workspace(self.window() * pixels),
                            workspace(self.filters * pixels),
                        )
                    })
                    .collect();
                for (k, out) in out.chunks_mut(per_direction).enumerate() {
                    let mut onto = onto;
                    for ((x, cotangent), (columns, beside)) in pairs.iter().zip(&mut arguments) {
                        if x.differs(k) {
                            let x = &x.direction(k)[first * self.pixels_in()..];
                            self.unfold_all(x, &tile, true, columns);
                        }
                        if cotangent.differs(k) {
                            let cotangent = &cotangent.direction(k)[first * self.pixels_out()..]
                                [..count * self.pixels_out()];
                            if count == 1 {
                                let start = tile.start * self.output[1];
                                chunks(beside, pixels, true, |filter, row| {
                                    row.copy_from_slice(&cotangent[filter * s + start..][..pixels]);
                                });
                            } else {
                                side_by_side(cotangent, count, s, true, beside);
                            }
                        }
                        for ((out, columns), beside) in out
                            .chunks_mut(filters * q)
                            .zip(columns.chunks(q * pixels))
                            .zip(beside.chunks(filters * pixels))
                        {
                            multiply_in_parts(
                                rows_mut(out, filters, q, q),
                                onto,
                                rows(beside, filters, pixels, pixels),
                                rows(columns, q, pixels, pixels).transpose(),
                            );
                        }
                        onto = Onto::Sum;
                    }
                }
                onto = Onto::Sum;
            }
        }
    }
}

/// Images [n, c, s] as [c, n s], for n images.
fn side_by_side<T: Real>(images: &[T], n: usize, s: usize, alone: bool, beside: &mut [T]) {
    let per_image = images.len() / n;
    chunks(beside, n * s, alone, |channel, row| {
        for (image, part) in row.chunks_mut(s).enumerate() {
            let from = image * per_image + channel * s;
            part.copy_from_slice(&images[from..from + s]);
        }
    });
}

/// The inverse of [`side_by_side`].
fn apart<T: Real>(beside: &[T], n: usize, s: usize, alone: bool, images: &mut [T]) {
    let channels = images.len() / (n * s);
    chunks(images, s, alone, |index, part| {
        let (image, channel) = (index / channels, index % channels);
        part.copy_from_slice(&beside[(channel * n + image) * s..][..s]);
    });
}
