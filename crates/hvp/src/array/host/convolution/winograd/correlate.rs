//! The products of transformed images with transformed filters, added up over channels.

use faer::MatMut;
use pulp::Arch;
use rayon::prelude::*;

use super::channels::{Channels, at, spread_row};
use super::filters::Filters;
use super::images::{Narrow, place};
use super::layout::{PLACES, row, tiles_together};
use super::tiling::{Stretch, Tiling};
use crate::array::host::matrix::{Onto, multiply, rows_mut};
use crate::array::host::numbers::{Directed, Pairs};
use crate::array::host::real::Real;
use crate::array::host::scratch::{Workspace, workspace};
use crate::array::host::tasks::{chunks, few};
use crate::array::host::wide::wide;

/// A convolution over images of some channels with filters, or with filters that are turned around, as they
/// take cotangents of their outputs back.
pub(super) struct Correlation {
    pub tiling: Tiling,
    /// Channels of the images.
    pub channels: usize,
    /// Channels of the output.
    pub filters: usize,
    /// Whether the filters [channels, filters, 3, 3] are turned around.
    pub turned: bool,
}

/// Images of the two arguments, transformed for one stretch.
enum Argument<T: Real> {
    /// For all directions.
    Shared(Workspace<T>),
    /// For each direction anew.
    Own,
}

impl Correlation {
    /// The sum over pairs of images [L, n, channels, …] and weights [M, …], with a bias [K, filters], into `out` [K, n,
    /// filters, …]. The filters of the first pair may be known transformed.
    pub fn run<T: Real>(
        &self,
        pairs: &Pairs<T>,
        known: Option<&[T]>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let [outer, inner] = if self.turned {
            [self.channels, self.filters]
        } else {
            [self.filters, self.channels]
        };
        let filters: Vec<Filters<T>> = pairs
            .iter()
            .enumerate()
            .map(|(pair, (_, weight))| match known {
                Some(known) if pair == 0 => Filters::known(known, outer, inner),
                _ => Filters::of(weight, outer, inner),
            })
            .collect();
        let pixels: usize = self.tiling.output.iter().product();
        let per_direction = out.len() / directions;
        let images = per_direction / (self.filters * pixels);
        let tiles = tiles_together(self.channels, self.filters);
        let together = self.tiling.together(images, tiles);
        // The parts of all directions that a task writes.
        let mut tasks: Vec<Vec<&mut [T]>> =
            (0..images.div_ceil(together)).map(|_| Vec::new()).collect();
        for out in out.chunks_mut(per_direction) {
            for (task, part) in tasks
                .iter_mut()
                .zip(out.chunks_mut(together * self.filters * pixels))
            {
                task.push(part);
            }
        }
        let alone = few(tasks.len());
        tasks
            .into_par_iter()
            .enumerate()
            .for_each(|(task, mut out)| {
                let first = task * together;
                let images = first..(first + together).min(images);
                for stretch in self.tiling.stretches(images, tiles) {
                    self.stretch(pairs, &filters, bias, &stretch, alone, &mut out);
                }
            });
    }

    fn stretch<T: Real>(
        &self,
        pairs: &Pairs<T>,
        filters: &[Filters<T>],
        bias: Option<&Directed<T>>,
        stretch: &Stretch,
        alone: bool,
        out: &mut [&mut [T]],
    ) {
        let tiles = stretch.tiles();
        let mut own = workspace(self.channels * spread_row(tiles));
        let mut products = workspace(self.filters * row(tiles));
        let spread = |images: &[T], out: &mut [T]| {
            let channels = Channels {
                tiling: &self.tiling,
                stretch,
                images,
                count: self.channels,
                side_by_side: alone,
            };
            channels.spread(out);
        };
        let arguments: Vec<Argument<T>> = pairs
            .iter()
            .map(|(images, _)| {
                if images.directions() > 1 {
                    return Argument::Own;
                }
                let mut shared = workspace(self.channels * spread_row(tiles));
                spread(images.direction(0), &mut shared);
                Argument::Shared(shared)
            })
            .collect();
        for (k, out) in out.iter_mut().enumerate() {
            let mut onto = Onto::Nothing;
            for (((images, _), filters), argument) in pairs.iter().zip(filters).zip(&arguments) {
                let images = match argument {
                    Argument::Shared(shared) => shared,
                    Argument::Own => {
                        spread(images.direction(k), &mut own);
                        &own
                    }
                };
                let sizes = [self.filters, tiles];
                each_place(&mut products, sizes, alone, |place, out| {
                    let images = at(images, place, self.channels, tiles);
                    if self.turned {
                        multiply(out, onto, filters.at(k, turned(place)).transpose(), images);
                    } else {
                        multiply(out, onto, filters.at(k, place), images);
                    }
                });
                onto = Onto::Sum;
            }
            self.write(
                &products,
                bias.map(|bias| bias.direction(k)),
                stretch,
                alone,
                out,
            );
        }
    }

    /// The outputs of products [filters, 16, T], into images.
    fn write<T: Real>(
        &self,
        products: &[T],
        bias: Option<&[T]>,
        stretch: &Stretch,
        alone: bool,
        out: &mut [T],
    ) {
        let tiles = stretch.tiles();
        let mut outputs = workspace(self.filters * 4 * tiles);
        chunks(&mut outputs, 4 * tiles, alone, |filter, outputs| {
            Arch::new().dispatch(Narrow {
                products: &products[filter * row(tiles)..][..row(tiles)],
                tiles,
                shift: bias.map_or(T::ZERO, |bias| bias[filter]),
                outputs,
            });
        });
        let pixels = self.tiling.output.iter().product();
        chunks(out, pixels, alone, |index, plane| {
            let (image, filter) = (index / self.filters, index % self.filters);
            let outputs = &outputs[filter * 4 * tiles..][..4 * tiles];
            wide(
                #[inline(always)]
                || place(&self.tiling, stretch, outputs, image, plane),
            );
        });
    }
}

/// The place whose filters stand at `place` once they are turned around.
fn turned(place: usize) -> usize {
    const EXCHANGED: [usize; 4] = [3, 1, 2, 0];
    4 * EXCHANGED[place / 4] + EXCHANGED[place % 4]
}

/// Calls `product` for the matrix [count, each] of every place of numbers [count, 16, each], side by side or one after
/// another.
pub(super) fn each_place<T: Real>(
    numbers: &mut [T],
    [count, each]: [usize; 2],
    side_by_side: bool,
    product: impl Fn(usize, MatMut<T>) + Send + Sync,
) {
    let mut rest = rows_mut(numbers, count, row(each), row(each));
    let mut places = Vec::with_capacity(PLACES);
    for _ in 0..PLACES {
        let (place, behind) = rest.split_at_col_mut(each);
        places.push(place);
        rest = behind;
    }
    let product = |(place, out)| product(place, out);
    if side_by_side {
        places.into_par_iter().enumerate().for_each(product);
    } else {
        places.into_iter().enumerate().for_each(product);
    }
}
