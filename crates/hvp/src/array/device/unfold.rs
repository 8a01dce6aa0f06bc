//! Windows of images as the rows of a matrix, "im2col".

use std::ops::Range;

use burn_backend::cubecl::dtype_to_storage_type;
use cubecl::prelude::*;
use cubecl::std::FastDivmod;
use cubecl::{calculate_cube_count_elemwise, ir::ElemType};

use super::steps::{Steps, StepsLaunch, steps};
use super::tensors::{array, channels_together, cube, empty};
use crate::array::tensor::Array;
use crate::array::windows::Windows;

/// The windows of some images of x [L, n, g c, h, w] as rows [g, L, m o_h o_w, k_h k_w c], of m images.
///
/// # Panics
///
/// When [`reaches`](super::reaches) says no.
pub(crate) fn unfold(x: &Array, windows: &Windows, images: Range<usize>) -> Array {
    let x = cube(x).expect("the caller asked `reaches`");
    let [directions, channels] = [x.meta.shape()[0], x.meta.shape()[2] / windows.groups];
    let ([oh, ow], [kh, kw]) = (windows.output, windows.kernel);
    let rows = images.len() * oh * ow;
    let columns = empty(x, &[windows.groups, directions, rows, kh * kw * channels]);
    let together = channels_together(x, channels);
    let count = columns.meta.num_elements() / together;
    if count > 0 {
        let dim = CubeDim::new(&x.client, count);
        unfold_kernel::launch(
            &x.client,
            calculate_cube_count_elemwise(&x.client, count, dim),
            dim,
            together,
            x.clone().into_tensor_arg(),
            columns.clone().into_tensor_arg(),
            [
                channels / together,
                kw,
                kh,
                ow,
                oh,
                images.len(),
                directions,
            ]
            .into_iter()
            .collect(),
            count,
            images.start,
            channels,
            steps!(windows),
            dtype_to_storage_type(x.dtype),
        );
    }
    array(columns)
}

/// One unit some channels of the columns, of `count`. `extents` are those of the axes of the columns but for groups, last axis
/// first; `channels` are those of a group.
#[cube(launch)]
fn unfold_kernel<F: Float, N: Size>(
    images: &Tensor<Vector<F, N>>,
    columns: &mut Tensor<Vector<F, N>>,
    extents: Sequence<FastDivmod<usize>>,
    count: usize,
    first: usize,
    channels: usize,
    steps: &Steps,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let (rest, channel) = extents.index(0).div_mod(ABSOLUTE_POS);
    let (rest, kx) = extents.index(1).div_mod(rest);
    let (rest, ky) = extents.index(2).div_mod(rest);
    let (rest, ox) = extents.index(3).div_mod(rest);
    let (rest, oy) = extents.index(4).div_mod(rest);
    let (rest, image) = extents.index(5).div_mod(rest);
    let (group, direction) = extents.index(6).div_mod(rest);
    let width = columns.vector_size();
    // Counted from the first of the zeros before the image.
    let y = oy * steps.stride_h + ky * steps.dilation_h;
    let x = ox * steps.stride_w + kx * steps.dilation_w;
    let mut value = Vector::<F, N>::new(F::zero());
    if y >= steps.before_h
        && y < steps.before_h + images.shape(3)
        && x >= steps.before_w
        && x < steps.before_w + images.shape(4)
    {
        let place = direction * images.stride(0)
            + (first + image) * images.stride(1)
            + (group * channels + channel * width) * images.stride(2)
            + (y - steps.before_h) * images.stride(3)
            + (x - steps.before_w) * images.stride(4);
        value = images[place / width];
    }
    columns[ABSOLUTE_POS] = value;
}
