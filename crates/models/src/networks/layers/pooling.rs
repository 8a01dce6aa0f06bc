//! Layers without weights that make images smaller.

use burn::tensor::{
    Tensor,
    module::{adaptive_avg_pool2d, avg_pool2d, max_pool2d},
    ops::{AvgPoolOptions, MaxPoolOptions},
};

/// Max-pooling over disjoint 2x2 windows: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, an odd last row or column dropped.
pub(crate) fn max_pool_2(x: Tensor<4>) -> Tensor<4> {
    max_pool2d(x, MaxPoolOptions::new([2, 2]))
}

/// Max-pooling over 3x3 windows two steps apart, the edge padded by one: halves each side, rounded up.
pub(crate) fn max_pool_3_stride_2(x: Tensor<4>) -> Tensor<4> {
    let options = MaxPoolOptions::new([3, 3]);
    max_pool2d(x, options.with_stride([2, 2]).with_padding([1, 1]))
}

/// The mean over disjoint 2x2 windows: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, an odd last row or column dropped.
pub(crate) fn avg_pool_2(x: Tensor<4>) -> Tensor<4> {
    avg_pool2d(x, AvgPoolOptions::new([2, 2]))
}

/// The means over `side` x `side` cells that cover the image and overlap where its sides are no multiples of `side`:
/// `[n, c, h, w]` to `[n, c, side, side]`.
pub(crate) fn adaptive_avg_pool(x: Tensor<4>, side: usize) -> Tensor<4> {
    adaptive_avg_pool2d(x, [side; 2])
}

/// The mean over all pixels: `[n, c, h, w]` to `[n, c]`.
pub(crate) fn global_avg_pool(x: Tensor<4>) -> Tensor<2> {
    adaptive_avg_pool(x, 1).flatten::<2>(1, 3)
}
