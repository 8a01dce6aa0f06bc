//! The kernel of products of matrices.
//!
//! A cube of 256 units computes a tile of the result. Step by step along the contraction, each unit brings a block of 4 × 4
//! numbers of one of the two matrices into registers, while the block it brought before is multiplied from shared memory: the
//! left rows and the right columns lie there by the contraction, four neighbours in a quad, whichever way the matrices lie.
//! Each unit adds products to quads of its own, in the order of the contraction.

use cubecl::ir::ElemType;
use cubecl::prelude::*;

use super::blocks::{Matrix, bring};
use super::tiling::{QUAD, Quad, SIDE, Tiling};

/// A cube a tile of one matrix of the result; `across` tiles beside each other, `tiles` in a matrix, `cubes` in all.
#[cube(launch)]
pub(super) fn matmul_kernel<F: Float, L: Size, R: Size, O: Size>(
    left: &Tensor<Vector<F, L>>,
    right: &Tensor<Vector<F, R>>,
    out: &mut Tensor<Vector<F, O>>,
    across: usize,
    tiles: usize,
    cubes: usize,
    #[comptime] tiling: Tiling,
    #[define(F)] _dtype: ElemType,
) {
    let cube = CUBE_POS;
    if cube >= cubes {
        terminate!();
    }
    let depth = comptime!(tiling.depth());
    let (left_pitch, right_pitch) = comptime!((tiling.left_pitch(), tiling.right_pitch()));
    let left_blocks = comptime!(tiling.left_blocks());
    let blocks = comptime!(tiling.left_blocks() + tiling.right_blocks());
    let behind = comptime!(tiling.depth() * tiling.left_pitch());
    let (own_rows, own_columns) = comptime!((tiling.rows, tiling.columns));

    let rank = out.rank();
    let (m, n, k) = (
        out.shape(rank - 2),
        out.shape(rank - 1),
        left.shape(rank - 1),
    );
    let tile = cube % tiles;
    let first_row = (tile / across) * comptime!(tiling.height());
    let first_column = (tile % across) * comptime!(tiling.width());
    let mut rest = cube / tiles;
    let mut left_start = 0usize.runtime();
    let mut right_start = 0usize.runtime();
    let mut out_start = 0usize.runtime();
    for place in 0..rank - 2 {
        let axis = rank - 3 - place;
        let place = rest % out.shape(axis);
        rest /= out.shape(axis);
        // A shared matrix has extent one.
        left_start += (place % left.shape(axis)) * left.stride(axis);
        right_start += (place % right.shape(axis)) * right.stride(axis);
        out_start += place * out.stride(axis);
    }
    let left_matrix = Matrix {
        start: left_start,
        outer: m,
        inner: k,
        outer_step: left.stride(rank - 2),
        inner_step: left.stride(rank - 1),
    };
    let right_matrix = Matrix {
        start: right_start,
        outer: n,
        inner: k,
        outer_step: right.stride(rank - 1),
        inner_step: right.stride(rank - 2),
    };

    // The block that this unit brings: of the left matrix, of the right one, or none.
    let unit = UNIT_POS as usize;
    let of_left = unit < left_blocks;
    let number = select(of_left, unit, unit - left_blocks);
    let along_inner = select(
        of_left,
        comptime!(tiling.left_by_rows).runtime(),
        comptime!(!tiling.right_by_rows).runtime(),
    );
    let side = select(
        of_left,
        comptime!(tiling.height() / QUAD).runtime(),
        comptime!(tiling.width() / QUAD).runtime(),
    );
    // Neighbouring units bring neighbours in memory.
    let outer = select(
        along_inner,
        number / comptime!(tiling.depth() / QUAD),
        number % side,
    ) * comptime!(QUAD);
    let inner = select(
        along_inner,
        number % comptime!(tiling.depth() / QUAD),
        number / side,
    ) * comptime!(QUAD);
    let pitch = select(of_left, left_pitch.runtime(), right_pitch.runtime());
    let kept = select(of_left, 0usize.runtime(), behind.runtime())
        + inner * pitch
        + outer / comptime!(QUAD);

    // Units of eight lie beside each other, four of them below each other: they read few quads of either matrix at once.
    let lane = unit % 32;
    let x = lane % 8 + 8 * ((unit / 32) % 2);
    let y = lane / 8 + 4 * (unit / 64);

    let mut shared = Shared::<[Quad<F>]>::new_slice(comptime!(
        tiling.depth() * (tiling.left_pitch() + tiling.right_pitch())
    ));
    let mut block = Array::<Quad<F>>::new(comptime!(QUAD));
    let mut sums = Array::<Quad<F>>::new(comptime!(QUAD * tiling.rows * tiling.columns));
    let mut rows = Array::<Quad<F>>::new(own_rows);
    #[unroll]
    for place in 0..comptime!(QUAD * tiling.rows * tiling.columns) {
        sums[place] = Quad::<F>::new(F::zero());
    }
    #[unroll]
    for place in 0..comptime!(QUAD) {
        block[place] = Quad::<F>::new(F::zero());
    }

    let steps = k.div_ceil(depth);
    if of_left {
        bring::<F, L>(
            left,
            &left_matrix,
            first_row + outer,
            inner,
            &mut block,
            tiling.left_by_rows,
            tiling.left_quads,
        );
    } else if unit < blocks {
        bring::<F, R>(
            right,
            &right_matrix,
            first_column + outer,
            inner,
            &mut block,
            comptime!(!tiling.right_by_rows),
            tiling.right_quads,
        );
    }
    for step in 0..steps {
        sync_cube();
        if unit < blocks {
            #[unroll]
            for j in 0..comptime!(QUAD) {
                shared[kept + j * pitch] = block[j];
            }
        }
        sync_cube();
        // The next block comes while this one is multiplied.
        if step + 1 < steps {
            let inner = (step + 1) * depth + inner;
            if of_left {
                bring::<F, L>(
                    left,
                    &left_matrix,
                    first_row + outer,
                    inner,
                    &mut block,
                    tiling.left_by_rows,
                    tiling.left_quads,
                );
            } else if unit < blocks {
                bring::<F, R>(
                    right,
                    &right_matrix,
                    first_column + outer,
                    inner,
                    &mut block,
                    comptime!(!tiling.right_by_rows),
                    tiling.right_quads,
                );
            }
        }
        // Not unrolled: registers hold more units instead.
        for inner in 0..depth {
            #[unroll]
            for i in 0..own_rows {
                rows[i] = shared[inner * left_pitch + y + comptime!(i * SIDE)];
            }
            #[unroll]
            for c in 0..own_columns {
                let column = shared[behind + inner * right_pitch + x + comptime!(c * SIDE)];
                #[unroll]
                for i in 0..own_rows {
                    #[unroll]
                    for r in 0..comptime!(QUAD) {
                        let place = comptime!((i * QUAD + r) * tiling.columns + c);
                        sums[place] = fma(Quad::<F>::new(rows[i].extract(r)), column, sums[place]);
                    }
                }
            }
        }
    }

    let (out_row, out_column) = (out.stride(rank - 2), out.stride(rank - 1));
    #[unroll]
    for i in 0..own_rows {
        #[unroll]
        for r in 0..comptime!(QUAD) {
            let row = first_row + (y + comptime!(i * SIDE)) * comptime!(QUAD) + r;
            if row < m {
                #[unroll]
                for c in 0..own_columns {
                    let column = first_column + (x + comptime!(c * SIDE)) * comptime!(QUAD);
                    let place = out_start + row * out_row + column * out_column;
                    let quad = sums[comptime!((i * QUAD + r) * tiling.columns + c)];
                    if comptime!(tiling.out_quads) {
                        if column < n {
                            let mut value = Vector::<F, O>::new(F::zero());
                            if comptime!(tiling.onto) {
                                value = out[place / comptime!(QUAD)];
                            }
                            #[unroll]
                            for e in 0..comptime!(QUAD) {
                                value.insert(e, value.extract(e) + quad.extract(e));
                            }
                            out[place / comptime!(QUAD)] = value;
                        }
                    } else {
                        #[unroll]
                        for e in 0..comptime!(QUAD) {
                            if column + e < n {
                                let mut value = quad.extract(e);
                                if comptime!(tiling.onto) {
                                    value += out[place + e * out_column].extract(0usize);
                                }
                                out[place + e * out_column] = Vector::new(value);
                            }
                        }
                    }
                }
            }
        }
    }
}
