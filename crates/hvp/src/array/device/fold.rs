//! The transpose of [`unfold`](super::unfold()), "col2im": each element of an image is the sum of its copies.

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::prelude::*;
use cubecl::std::FastDivmod;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::steps::{Steps, StepsLaunch, steps};
use super::tensors::{array, cube, empty, flat};
use crate::array::tensor::Array;
use crate::array::windows::Windows;

/// Rows [g, K, m o_h o_w, k_h k_w c] as images [K, m, g c, h, w]. The terms of a sum have a fixed order.
///
/// # Panics
///
/// When [`reaches`](super::reaches) says no.
pub(crate) fn fold(columns: &Array, windows: &Windows) -> Array {
    let shape = columns.shape();
    let ([oh, ow], [kh, kw]) = (windows.output, windows.kernel);
    let [height, width] = windows.image;
    let [groups, directions] = [shape[0], shape[1]];
    let [images, channels] = [shape[2] / (oh * ow), shape[3] / (kh * kw)];
    let columns = flat(columns);
    let columns = cube(&columns).expect("the caller asked `reaches`");
    let folded = empty(
        columns,
        &[directions, images, height, width, groups * channels],
    );
    let count = folded.meta.num_elements();
    if count > 0 {
        let dim = CubeDim::new(&columns.client, count);
        fold_kernel::launch(
            &columns.client,
            calculate_cube_count_elemwise(&columns.client, count, dim),
            dim,
            columns.clone().into_tensor_arg(),
            folded.clone().into_tensor_arg(),
            [channels, groups, width, height, images]
                .into_iter()
                .collect(),
            ExtentsLaunch::new(directions, images, oh, ow, kh, kw, channels),
            steps!(windows),
            dtype_to_storage_type(columns.dtype),
        );
    }
    array(folded).permute(&[0, 1, 4, 2, 3])
}

/// Extents of the columns, but for groups.
#[derive(CubeLaunch, CubeType)]
struct Extents {
    directions: usize,
    images: usize,
    output_h: usize,
    output_w: usize,
    kernel_h: usize,
    kernel_w: usize,
    channels: usize,
}

/// One unit an element of the images. `axes` are the extents of [K, m, h, w, g, c] but for K, last axis first.
#[cube(launch)]
fn fold_kernel<F: Float>(
    columns: &Tensor<F>,
    images: &mut Tensor<F>,
    axes: Sequence<FastDivmod<usize>>,
    extents: &Extents,
    steps: &Steps,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= images.len() {
        terminate!();
    }
    let (rest, channel) = axes.index(0).div_mod(ABSOLUTE_POS);
    let (rest, group) = axes.index(1).div_mod(rest);
    let (rest, x) = axes.index(2).div_mod(rest);
    let (rest, y) = axes.index(3).div_mod(rest);
    let (direction, image) = axes.index(4).div_mod(rest);
    let first = (group * extents.directions + direction) * extents.images + image;
    // Counted from the first of the zeros before the image.
    let y = y + steps.before_h;
    let x = x + steps.before_w;
    let mut total = F::zero();
    for ky in 0..extents.kernel_h {
        let reach_y = ky * steps.dilation_h;
        if y >= reach_y && (y - reach_y).is_multiple_of(steps.stride_h) {
            let oy = (y - reach_y) / steps.stride_h;
            if oy < extents.output_h {
                for kx in 0..extents.kernel_w {
                    let reach_x = kx * steps.dilation_w;
                    if x >= reach_x && (x - reach_x).is_multiple_of(steps.stride_w) {
                        let ox = (x - reach_x) / steps.stride_w;
                        if ox < extents.output_w {
                            let row = (first * extents.output_h + oy) * extents.output_w + ox;
                            let place = (row * extents.kernel_h + ky) * extents.kernel_w + kx;
                            total += columns[place * extents.channels + channel];
                        }
                    }
                }
            }
        }
    }
    images[ABSOLUTE_POS] = total;
}
