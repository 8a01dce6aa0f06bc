//! Blocks of 4 × 4 numbers of a matrix, brought into registers.

use cubecl::prelude::*;

use super::tiling::{QUAD, Quad};

/// One of the two matrices, as a unit sees it.
#[derive(CubeType, Clone, Copy)]
pub(super) struct Matrix {
    /// Where it begins.
    pub start: usize,
    /// Extent of the axis that the result has too.
    pub outer: usize,
    /// Extent of the contraction.
    pub inner: usize,
    /// Step along the axis that the result has too.
    pub outer_step: usize,
    /// Step along the contraction.
    pub inner_step: usize,
}

/// How many of `extent` there are from `first` on.
#[cube]
fn left_of(extent: usize, first: usize) -> usize {
    select(first < extent, extent - first, 0usize.runtime())
}

/// Four numbers from `place` on, a step apart; zeros behind the first `count`. By quads, all are there or none.
#[cube]
fn quad_at<F: Float, N: Size>(
    tensor: &Tensor<Vector<F, N>>,
    place: usize,
    step: usize,
    count: usize,
    #[comptime] quads: bool,
) -> Quad<F> {
    let mut quad = Quad::<F>::new(F::zero());
    if comptime!(quads) {
        if count > 0 {
            let value = tensor[place / comptime!(QUAD)];
            #[unroll]
            for i in 0..comptime!(QUAD) {
                quad.insert(i, value.extract(i));
            }
        }
    } else {
        #[unroll]
        for i in 0..comptime!(QUAD) {
            if i < count {
                quad.insert(i, tensor[place + i * step].extract(0usize));
            }
        }
    }
    quad
}

/// Brings the block at (`outer`, `inner`): its quad j has the four numbers along the result's axis at `inner + j`.
#[cube]
pub(super) fn bring<F: Float, N: Size>(
    tensor: &Tensor<Vector<F, N>>,
    matrix: &Matrix,
    outer: usize,
    inner: usize,
    block: &mut Array<Quad<F>>,
    #[comptime] along_inner: bool,
    #[comptime] quads: bool,
) {
    let corner = matrix.start + outer * matrix.outer_step + inner * matrix.inner_step;
    if comptime!(along_inner) {
        let count = left_of(matrix.inner, inner);
        #[unroll]
        for i in 0..comptime!(QUAD) {
            let count = select(outer + i < matrix.outer, count, 0usize.runtime());
            let place = corner + i * matrix.outer_step;
            let quad = quad_at::<F, N>(tensor, place, matrix.inner_step, count, quads);
            #[unroll]
            for j in 0..comptime!(QUAD) {
                let mut turned = block[j];
                turned.insert(i, quad.extract(j));
                block[j] = turned;
            }
        }
    } else {
        let count = left_of(matrix.outer, outer);
        #[unroll]
        for j in 0..comptime!(QUAD) {
            let count = select(inner + j < matrix.inner, count, 0usize.runtime());
            let place = corner + j * matrix.inner_step;
            block[j] = quad_at::<F, N>(tensor, place, matrix.outer_step, count, quads);
        }
    }
}
