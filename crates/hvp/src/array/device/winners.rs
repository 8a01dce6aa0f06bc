//! The derivative of the largest of each window: the tangent at its place, and the transpose.

use burn_backend::cubecl::dtype_to_storage_type;
use burn_cubecl::tensor::CubeTensor;
use burn_dispatch::{BackendTensor, DispatchTensorKind};
use cubecl::prelude::*;
use cubecl::std::FastDivmod;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::steps::{Steps, StepsLaunch, steps};
use super::tensors::{array, cube, empty};
use crate::array::tensor::{Array, Indices};
use crate::array::windows::Windows;

fn places(winners: &Indices) -> Option<&CubeTensor> {
    match &winners.0.kind {
        DispatchTensorKind::Cube(BackendTensor::Int(tensor)) => Some(tensor),
        _ => None,
    }
}

/// Of tangents [K, n, c, h, w] those at the winners' places, [K, n, c, o_h, o_w]; none where the arrays are not on a GPU.
///
/// A winner [n, c, o_h, o_w] is the number of a place of its plane, row by row.
pub(crate) fn choose(tangents: &Array, winners: &Indices) -> Option<Array> {
    let (tangents, winners) = (cube(tangents)?, places(winners)?);
    let (shape, directions) = (winners.meta.shape(), tangents.meta.shape()[0]);
    let (images, channels, h, w) = (shape[0], shape[1], shape[2], shape[3]);
    let out = empty(tangents, &[directions, images, h, w, channels]);
    let count = images * h * w * channels;
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        choose_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            tangents.clone().into_tensor_arg(),
            winners.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            [channels, w, h].into_iter().collect(),
            count,
            dtype_to_storage_type(out.dtype),
        );
    }
    Some(array(out).permute(&[0, 1, 4, 2, 3]))
}

/// The transpose of [`choose`]: cotangents [K, n, c, o_h, o_w] at the winners' places of images [K, n, c, h, w], added up in a
/// fixed order where one place wins several windows.
pub(crate) fn place(cotangents: &Array, winners: &Indices, windows: &Windows) -> Option<Array> {
    let (cotangents, winners) = (cube(cotangents)?, places(winners)?);
    let (shape, directions) = (winners.meta.shape(), cotangents.meta.shape()[0]);
    let (images, channels, [h, w]) = (shape[0], shape[1], windows.image);
    let out = empty(cotangents, &[directions, images, h, w, channels]);
    let count = images * h * w * channels;
    if count > 0 {
        let dim = CubeDim::new(&out.client, count);
        place_kernel::launch(
            &out.client,
            calculate_cube_count_elemwise(&out.client, count, dim),
            dim,
            cotangents.clone().into_tensor_arg(),
            winners.clone().into_tensor_arg(),
            out.clone().into_tensor_arg(),
            [channels, w, h].into_iter().collect(),
            count,
            windows.kernel[0],
            windows.kernel[1],
            steps!(windows),
            dtype_to_storage_type(out.dtype),
        );
    }
    Some(array(out).permute(&[0, 1, 4, 2, 3]))
}

/// One unit a window of one channel, of `count`, in all directions. `axes` are the extents of channels, columns and rows.
#[cube(launch)]
fn choose_kernel<F: Float>(
    tangents: &Tensor<F>,
    winners: &Tensor<i32>,
    out: &mut Tensor<F>,
    axes: Sequence<FastDivmod<usize>>,
    count: usize,
    #[define(F)] _dtype: ElemType,
) {
    let position = ABSOLUTE_POS;
    if position >= count {
        terminate!();
    }
    let (rest, channel) = axes.index(0).div_mod(position);
    let (rest, x) = axes.index(1).div_mod(rest);
    let (image, y) = axes.index(2).div_mod(rest);
    let winner = winners[image * winners.stride(0)
        + channel * winners.stride(1)
        + y * winners.stride(2)
        + x * winners.stride(3)] as usize;
    let width = tangents.shape(4);
    let place = image * tangents.stride(1)
        + channel * tangents.stride(2)
        + (winner / width) * tangents.stride(3)
        + (winner % width) * tangents.stride(4);
    for direction in 0..tangents.shape(0) {
        out[direction * count + position] = tangents[direction * tangents.stride(0) + place];
    }
}

/// One unit a place of one channel, of `count`, in all directions. `axes` are the extents of channels, columns and rows.
#[cube(launch)]
fn place_kernel<F: Float>(
    cotangents: &Tensor<F>,
    winners: &Tensor<i32>,
    out: &mut Tensor<F>,
    axes: Sequence<FastDivmod<usize>>,
    count: usize,
    kernel_h: usize,
    kernel_w: usize,
    steps: &Steps,
    #[define(F)] _dtype: ElemType,
) {
    let position = ABSOLUTE_POS;
    if position >= count {
        terminate!();
    }
    let (rest, channel) = axes.index(0).div_mod(position);
    let (rest, x) = axes.index(1).div_mod(rest);
    let (image, y) = axes.index(2).div_mod(rest);
    let own = y * out.shape(3) + x;
    // Counted from the first of the zeros before the image.
    let y = y + steps.before_h;
    let x = x + steps.before_w;
    for direction in 0..out.shape(0) {
        let mut total = F::zero();
        for ky in 0..kernel_h {
            let reach_y = ky * steps.dilation_h;
            if y >= reach_y && (y - reach_y).is_multiple_of(steps.stride_h) {
                let oy = (y - reach_y) / steps.stride_h;
                if oy < winners.shape(2) {
                    for kx in 0..kernel_w {
                        let reach_x = kx * steps.dilation_w;
                        if x >= reach_x && (x - reach_x).is_multiple_of(steps.stride_w) {
                            let ox = (x - reach_x) / steps.stride_w;
                            if ox < winners.shape(3) {
                                let winner = winners[image * winners.stride(0)
                                    + channel * winners.stride(1)
                                    + oy * winners.stride(2)
                                    + ox * winners.stride(3)]
                                    as usize;
                                if winner == own {
                                    total += cotangents[direction * cotangents.stride(0)
                                        + image * cotangents.stride(1)
                                        + channel * cotangents.stride(2)
                                        + oy * cotangents.stride(3)
                                        + ox * cotangents.stride(4)];
                                }
                            }
                        }
                    }
                }
            }
        }
        out[direction * count + position] = total;
    }
}
