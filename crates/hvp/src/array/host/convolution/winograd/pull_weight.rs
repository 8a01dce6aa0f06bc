//! The cotangent of filters: for each place a product of transformed images with transformed cotangents, added up
//! over tiles.

use pulp::Arch;
use rayon::prelude::*;

use super::channels::{Channels, at, spread_row};
use super::correlate::each_place;
use super::filters::Transpose;
use super::layout::{PLACES, TILES, row, tiles_together};
use super::tiling::{Stretch, Tiling};
use crate::array::host::matrix::{Onto, multiply};
use crate::array::host::numbers::Pairs;
use crate::array::host::real::Real;
use crate::array::host::scratch::{Workspace, workspace};
use crate::array::host::wide::wide;
use crate::array::windows::Windows;

/// Numbers that are transformed at a time where all threads work on one stretch, about: a few products of matrices for
/// every time that they meet.
const TOGETHER: usize = 1 << 21;

/// Numbers of the products up to which threads have products of their own.
const OWN: usize = 1 << 17;

/// Products that are added up apart, at most.
const APART: usize = 16;

/// The cotangent of filters for pairs of images and cotangents.
struct Pull<'a, T> {
    pairs: &'a Pairs<'a, T>,
    tiling: Tiling,
    channels: usize,
    filters: usize,
}

impl Windows {
    /// [`pull_weight`](Self::pull_weight) for [`in_tiles`](Self::in_tiles).
    pub(in super::super) fn pull_weight_in_tiles<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        images: usize,
        out: &mut [T],
    ) {
        let pull = Pull {
            pairs,
            tiling: Tiling::of(self).expect("the caller asked `in_tiles`"),
            channels: self.channels,
            filters: self.filters,
        };
        let all = directions * self.filters * row(self.channels);
        let apart = all <= OWN;
        let tiles = if apart {
            tiles_together(self.channels, self.filters)
        } else {
            (TOGETHER / (PLACES * (self.channels + self.filters))).max(TILES[0])
        };
        let stretches = pull.tiling.stretches(0..images, tiles);
        // How many stretches are added up apart depends on nothing but the extents, so that sums are always the same.
        let each = if apart {
            stretches.len().div_ceil(APART)
        } else {
            stretches.len()
        };
        let parts = stretches.len().div_ceil(each);
        let mut products = workspace(parts * all);
        if apart {
            let tasks = products.par_chunks_mut(all).zip(stretches.par_chunks(each));
            tasks.for_each(|(products, stretches)| pull.add_up(stretches, false, products));
        } else {
            pull.add_up(&stretches, true, &mut products);
        }
        let (products, others) = products.split_at_mut(all);
        for other in others.chunks(all) {
            wide(
                #[inline(always)]
                || {
                    products
                        .iter_mut()
                        .zip(other)
                        .for_each(|(sum, &x)| *sum += x)
                },
            );
        }
        out.par_chunks_mut(9 * self.channels)
            .zip(products.par_chunks(row(self.channels)))
            .for_each_init(
                || workspace(9 * self.channels),
                |planes, (out, products)| {
                    Arch::new().dispatch(Transpose {
                        products,
                        channels: self.channels,
                        planes,
                        out,
                    });
                },
            );
    }
}

impl<T: Real> Pull<'_, T> {
    /// The products (A ȳ Aᵀ) (Bᵀ d B)ᵀ of each direction and place, [K, filters, 16, channels], added up over stretches.
    fn add_up(&self, stretches: &[Stretch], side_by_side: bool, products: &mut [T]) {
        let per_direction = self.filters * row(self.channels);
        let mut onto = Onto::Nothing;
        for stretch in stretches {
            let tiles = stretch.tiles();
            let transform = |images, count| Channels {
                tiling: &self.tiling,
                stretch,
                images,
                count,
                side_by_side,
            };
            let mut transformed: Vec<[Workspace<T>; 2]> = (0..self.pairs.len())
                .map(|_| {
                    [self.channels, self.filters].map(|count| workspace(count * spread_row(tiles)))
                })
                .collect();
            for (k, products) in products.chunks_mut(per_direction).enumerate() {
                let mut onto = onto;
                for ((images, cotangent), [spread, widened]) in
                    self.pairs.iter().zip(&mut transformed)
                {
                    if images.differs(k) {
                        transform(images.direction(k), self.channels).spread(spread);
                    }
                    if cotangent.differs(k) {
                        transform(cotangent.direction(k), self.filters).widen(widened);
                    }
                    let sizes = [self.filters, self.channels];
                    each_place(products, sizes, side_by_side, |place, out| {
                        let images = at(spread, place, self.channels, tiles);
                        let cotangent = at(widened, place, self.filters, tiles);
                        multiply(out, onto, cotangent, images.transpose());
                    });
                    onto = Onto::Sum;
                }
            }
            onto = Onto::Sum;
        }
    }
}
