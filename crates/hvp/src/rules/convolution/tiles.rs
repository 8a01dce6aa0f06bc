//! The contractions with windows of 3 × 3 through Winograd's tiles, for GPUs.
//!
//! With U = Bᵀ x B and V = A ȳ Aᵀ the transformed images and cotangents, rows [16, L, m t, c] of m images with t tiles each, and
//! W = G w Gᵀ the transformed filters [16, K, c, o]: `forward` is Aᵀ (U W) A, `pull_weight` Gᵀ (Vᵀ U) G, and `pull_input` the
//! forward convolution of ȳ with the filters turned around. Each has an axis of directions, so that K directions are one
//! product for each of the 16 places.

use std::ops::Range;

use super::device::total;
use super::geometry::{Conv2d, five};
use super::matrices::{chunks, product};
use crate::array::device::winograd::{
    PLACES, Tiles, cotangents_to_tiles, filters_to_tiles, images_to_tiles, outputs,
    tiles_to_filters, tiles_to_outputs,
};
use crate::array::{Array, sum};

/// Multiplications and additions that a GPU does while it moves a number to or from its memory.
const OPERATIONS: usize = 64;

impl Conv2d {
    /// Whether tiles take less time than unfolded windows from `channels` to `filters` of a kernel: 8 rather than 18 operations
    /// for each channel, filter and output, and 8 rather than 18 numbers moved for each channel, but 8 more for each filter.
    pub(super) fn in_tiles(&self, kernel: [usize; 2], channels: usize, filters: usize) -> bool {
        kernel == [3, 3]
            && self.groups == 1
            && self.stride == [1, 1]
            && self.dilation == [1, 1]
            && self.padding.iter().all(|(before, _)| *before <= 2)
            && 10 * channels * (filters + OPERATIONS) > 8 * filters * OPERATIONS
    }

    fn tiles(&self, image: [usize; 2], before: [usize; 2]) -> Tiles {
        Tiles {
            output: self.output(image, [3, 3]),
            before,
        }
    }

    pub(super) fn forward_by_tiles(&self, pairs: &[(Array, Array)]) -> Array {
        let [_, _, _, h, w] = five(&pairs[0].0);
        let tiles = self.tiles([h, w], [self.padding[0].0, self.padding[1].0]);
        convolved(pairs, &tiles, false)
    }

    pub(super) fn pull_input_by_tiles(&self, shape: &[usize], pairs: &[(Array, Array)]) -> Array {
        // What lies `before` an image lies behind its cotangent.
        let tiles = Tiles {
            output: [shape[2], shape[3]],
            before: [2 - self.padding[0].0, 2 - self.padding[1].0],
        };
        let turned: Vec<(Array, Array)> = pairs
            .iter()
            .map(|(weight, cotangent)| (cotangent.clone(), weight.clone()))
            .collect();
        convolved(&turned, &tiles, true)
    }

    pub(super) fn pull_weight_by_tiles(&self, pairs: &[(Array, Array)]) -> Array {
        let [_, n, _, h, w] = five(&pairs[0].0);
        let tiles = self.tiles([h, w], [self.padding[0].0, self.padding[1].0]);
        let (directions, channels) = largest(pairs.iter().flat_map(|(x, cotangent)| {
            [x, cotangent].map(|images| (images.shape()[0], images.shape()[2]))
        }));
        let pulled = parts(directions, channels, &tiles, n).fold(None, |pulled, images| {
            let part = total(pairs, |x, cotangent| {
                let cotangents = cotangents_to_tiles(cotangent, &tiles, images.clone());
                let images = images_to_tiles(x, &tiles, images.clone());
                cotangents.transpose().matmul(&images)
            });
            sum(pulled, Some(part))
        });
        tiles_to_filters(&pulled.expect("a batch has an image"))
    }
}

/// The sum of the convolutions of images with filters, which may be turned around.
fn convolved(pairs: &[(Array, Array)], tiles: &Tiles, turned: bool) -> Array {
    let filters: Vec<Array> = pairs
        .iter()
        .map(|(_, filters)| filters_to_tiles(filters, turned))
        .collect();
    let images = pairs[0].0.shape()[1];
    let (directions, channels) = largest(pairs.iter().zip(&filters).map(|(pair, filters)| {
        let shape = filters.shape();
        (shape[1].max(pair.0.shape()[0]), shape[2].max(shape[3]))
    }));
    let out = outputs(
        &pairs[0].0,
        tiles,
        [directions, images, filters[0].shape()[3]],
    );
    for images in parts(directions, channels, tiles, images) {
        let products = pairs
            .iter()
            .zip(&filters)
            .fold(None, |products, ((x, _), filters)| {
                let rows = images_to_tiles(x, tiles, images.clone());
                Some(product(&rows, filters, products))
            });
        let products = products.expect("a contraction has a pair of arguments");
        tiles_to_outputs(&products, tiles, &out, images.start);
    }
    out.permute(&[0, 1, 4, 2, 3])
}

/// The most directions, and the most channels.
fn largest(extents: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    extents.fold((1, 1), |most, each| {
        (most.0.max(each.0), most.1.max(each.1))
    })
}

/// Images in parts whose transformed numbers, of so many directions and channels, are not too many at a time.
fn parts(
    directions: usize,
    channels: usize,
    tiles: &Tiles,
    images: usize,
) -> impl Iterator<Item = Range<usize>> {
    chunks(directions * PLACES * tiles.count() * channels, images)
}
