//! The cotangent of filters: for each place a product of transformed images with transformed cotangents, added up
//! over tiles.

use pulp::Arch;
use rayon::prelude::*;

use super::super::Pairs;
use super::channels::{Channels, at, spread_row};
use super::correlate::places;
use super::filters::Transpose;
use super::tiling::{Stretch, Tiling};
use super::{PLACES, TILES, row};
use crate::array::host::matrix::{Onto, multiply};
use crate::array::host::real::Real;
use crate::array::host::scratch::{Workspace, workspace};
use crate::array::windows::Windows;

/// Numbers that are transformed at a time, about: a few products of matrices for every time that all threads
/// meet.
const TOGETHER: usize = 1 << 21;

/// An argument of a pair, transformed for one stretch: where all directions share it, once.
struct Transformed<T: Real> {
    numbers: Workspace<T>,
    channels: usize,
}

impl Windows {
    /// [`pull_weight`](Self::pull_weight) for [`in_tiles`](Self::in_tiles).
    pub(in super::super) fn pull_weight_in_tiles<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        out: &mut [T],
    ) {
        let tiling = Tiling::of(self).expect("the caller asked `in_tiles`");
        let images =
            pairs[0].0.direction(0).len() / (self.channels * self.image[0] * self.image[1]);
        let most = TOGETHER / (PLACES * (self.channels + self.filters));
        let (row, per_direction) = (row(self.channels), self.filters * row(self.channels));
        let mut products = workspace(directions * per_direction);
        let mut onto = Onto::Nothing;
        for stretch in tiling.stretches(0..images, most.max(TILES[0])) {
            let mut transformed: Vec<[Transformed<T>; 2]> = pairs
                .iter()
                .map(|_| {
                    [self.channels, self.filters]
                        .map(|channels| Transformed::new(channels, &stretch))
                })
                .collect();
            let channels = |images, count| Channels {
                tiling: &tiling,
                stretch: &stretch,
                images,
                count,
                side_by_side: true,
            };
            for (k, products) in products.chunks_mut(per_direction).enumerate() {
                let mut onto = onto;
                for ((images, cotangent), [spread, widened]) in pairs.iter().zip(&mut transformed) {
                    if k == 0 || images.directions() > 1 {
                        channels(images.direction(k), self.channels).spread(&mut spread.numbers);
                    }
                    if k == 0 || cotangent.directions() > 1 {
                        channels(cotangent.direction(k), self.filters).widen(&mut widened.numbers);
                    }
                    places(products, self.filters, self.channels)
                        .into_par_iter()
                        .enumerate()
                        .for_each(|(place, out)| {
                            let [images, cotangent] =
                                [&*spread, &*widened].map(|argument| argument.at(place, &stretch));
                            multiply(out, onto, cotangent, images.transpose());
                        });
                    onto = Onto::Sum;
                }
            }
            onto = Onto::Sum;
        }
        out.par_chunks_mut(9 * self.channels)
            .zip(products.par_chunks(row))
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

impl<T: Real> Transformed<T> {
    fn new(channels: usize, stretch: &Stretch) -> Self {
        Transformed {
            numbers: workspace(channels * spread_row(stretch.tiles())),
            channels,
        }
    }

    /// The numbers at a place, [channels, T].
    fn at(&self, place: usize, stretch: &Stretch) -> faer::MatRef<'_, T> {
        at(&self.numbers, place, self.channels, stretch.tiles())
    }
}
