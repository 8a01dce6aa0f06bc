//! The kernel of products of matrices for drivers in software, whose cubes have no use of shared memory.

use cubecl::ir::ElemType;
use cubecl::prelude::*;

/// One unit an element of the result, of `count`, which has the right matrices' columns; added to what is there if `onto`.
#[cube(launch)]
pub(super) fn plain_kernel<F: Float>(
    left: &Tensor<F>,
    right: &Tensor<F>,
    out: &mut Tensor<F>,
    count: usize,
    #[comptime] onto: bool,
    #[define(F)] _dtype: ElemType,
) {
    if ABSOLUTE_POS >= count {
        terminate!();
    }
    let rank = out.rank();
    let mut rest = ABSOLUTE_POS;
    let column = rest % out.shape(rank - 1);
    rest /= out.shape(rank - 1);
    let row = rest % out.shape(rank - 2);
    rest /= out.shape(rank - 2);
    let mut left_place = row * left.stride(rank - 2);
    let mut right_place = column * right.stride(rank - 1);
    for behind in 0..rank - 2 {
        let axis = rank - 3 - behind;
        let place = rest % out.shape(axis);
        rest /= out.shape(axis);
        // A shared matrix has extent one.
        left_place += (place % left.shape(axis)) * left.stride(axis);
        right_place += (place % right.shape(axis)) * right.stride(axis);
    }
    let mut sum = F::zero();
    for _ in 0..left.shape(rank - 1) {
        sum = fma(left[left_place], right[right_place], sum);
        left_place += left.stride(rank - 1);
        right_place += right.stride(rank - 2);
    }
    if comptime!(onto) {
        sum += out[ABSOLUTE_POS];
    }
    out[ABSOLUTE_POS] = sum;
}
