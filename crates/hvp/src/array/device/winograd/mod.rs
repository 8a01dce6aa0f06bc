//! The transforms of Winograd's convolutions with windows of 3 × 3.
//!
//! With the matrices of F(2 × 2, 3 × 3) of Lavin and Gray, "Fast algorithms for convolutional neural networks" (2016), section
//! 4.1,
//!
//! ```text
//! Bᵀ = [1  0 -1  0]   G = [1  0  0]   Aᵀ = [1  1  1  0]
//!      [0  1  1  0]       [½  ½  ½]        [0  1 -1 -1]
//!      [0 -1  1  0]       [½ -½  ½]
//!      [0  1  0 -1]       [0  0  1]
//! ```
//!
//! tiles of 4 × 4 pixels d give 2 × 2 outputs `y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A` for a filter g. The sum over channels is a product
//! of matrices for each of the 16 places of a tile, numbered row by row. All arrays of transformed numbers have the places
//! first.

mod kernels;

use std::ops::Range;

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::calculate_cube_count_elemwise;
use cubecl::prelude::*;

pub(crate) use self::kernels::PLACES;
use self::kernels::{filter_cotangents_kernel, filters_kernel, images_kernel, outputs_kernel};
use super::tensors::{array, channels_together, cube, empty, flat, together};
use crate::array::tensor::Array;

/// Tiles of images: 2 × 2 outputs each, the first at the upper left corner of the output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tiles {
    /// Height and width of the output.
    pub output: [usize; 2],
    /// Zeros above and to the left of an image.
    pub before: [usize; 2],
}

impl Tiles {
    /// Tiles below and beside each other.
    fn grid(&self) -> [usize; 2] {
        self.output.map(|extent| extent.div_ceil(2))
    }

    /// Tiles of an image.
    pub fn count(&self) -> usize {
        self.grid().iter().product()
    }
}

/// `Bᵀ d B` for the tiles of some images of x [L, n, c, h, w]: [16, L, m t, c] of m images with t tiles each.
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn images_to_tiles(x: &Array, tiles: &Tiles, images: Range<usize>) -> Array {
    transformed_images(x, tiles, images, false)
}

/// `A ȳ Aᵀ` for the tiles of some images of cotangents [K, n, o, h, w] of outputs: [16, K, m t, o].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn cotangents_to_tiles(
    cotangents: &Array,
    tiles: &Tiles,
    images: Range<usize>,
) -> Array {
    transformed_images(cotangents, tiles, images, true)
}

fn transformed_images(x: &Array, tiles: &Tiles, images: Range<usize>, cotangents: bool) -> Array {
    let x = cube(x).expect("the caller asked `reaches`");
    let shape = x.meta.shape();
    let (directions, channels) = (shape[0], shape[2]);
    let [down, across] = tiles.grid();
    let rows = images.len() * down * across;
    let out = empty(x, &[PLACES, directions, rows, channels]);
    let together = channels_together(x, channels);
    let count = directions * rows * channels / together;
    if count > 0 {
        let dim = CubeDim::new(&x.client, count);
        let [before_h, before_w] = if cotangents { [0, 0] } else { tiles.before };
        images_kernel::launch(
            &x.client,
            calculate_cube_count_elemwise(&x.client, count, dim),
            dim,
            together,
            x.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            [channels / together, across, down, images.len()]
                .into_iter()
                .collect(),
            count,
            images.start,
            before_h,
            before_w,
            cotangents,
            dtype_to_storage_type(x.dtype),
        );
    }
    array(out)
}

/// Images [K, n, h, w, o] without values, of the type and on the device of another array, for [`tiles_to_outputs`].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn outputs(
    like: &Array,
    tiles: &Tiles,
    [directions, images, filters]: [usize; 3],
) -> Array {
    let [h, w] = tiles.output;
    let like = cube(like).expect("the caller asked `reaches`");
    array(empty(like, &[directions, images, h, w, filters]))
}

/// Writes `Aᵀ y A` of transformed outputs [16, K, m t, o] to m images of [`outputs`], from image `first` on.
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn tiles_to_outputs(transformed: &Array, tiles: &Tiles, out: &Array, first: usize) {
    let shape = transformed.shape();
    let (directions, channels) = (shape[1], shape[3]);
    let transformed = flat(transformed);
    let transformed = cube(&transformed).expect("the caller asked `reaches`");
    let out = cube(out).expect("on one device");
    let [down, across] = tiles.grid();
    let images = shape[2] / (down * across);
    let together = together(channels);
    let count = directions * shape[2] * channels / together;
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        outputs_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            together,
            transformed.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            [channels / together, across, down, images]
                .into_iter()
                .collect(),
            count,
            first,
            dtype_to_storage_type(out.dtype),
        );
    }
}

/// `G g Gᵀ` of filters [K, o, c, 3, 3] as [16, K, c, o]; of filters turned around as [16, K, o, c].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn filters_to_tiles(filters: &Array, turned: bool) -> Array {
    let filters = if turned {
        filters.clone()
    } else {
        filters.permute(&[0, 2, 1, 3, 4])
    };
    let filters = cube(&filters).expect("the caller asked `reaches`");
    let shape = filters.meta.shape();
    let [directions, rows, columns] = [shape[0], shape[1], shape[2]];
    let out = empty(filters, &[PLACES, directions, rows, columns]);
    let count = directions * rows * columns;
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        filters_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            filters.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            [columns, rows].into_iter().collect(),
            count,
            turned,
            dtype_to_storage_type(out.dtype),
        );
    }
    array(out)
}

/// `Gᵀ g G` of cotangents [16, K, o, c] of transformed filters: those of filters, [K, o, c, 3, 3].
///
/// # Panics
///
/// When [`reaches`](crate::array::device::reaches) says no.
pub(crate) fn tiles_to_filters(transformed: &Array) -> Array {
    let shape = transformed.shape();
    let transformed = flat(transformed);
    let transformed = cube(&transformed).expect("the caller asked `reaches`");
    let out = empty(transformed, &[shape[1], shape[2], shape[3], 3, 3]);
    let count = shape[1] * shape[2] * shape[3];
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        filter_cotangents_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            transformed.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            count,
            dtype_to_storage_type(out.dtype),
        );
    }
    array(out)
}
