//! The kernel of products of matrices.
//!
//! A cube of 16 × 16 units computes a tile of the result: it brings some columns of the left rows and as many rows of the
//! right columns into shared memory, from which each unit adds products to its own elements, in the order of the
//! contraction. The units' elements lie 16 apart, so that neighbours read neighbouring shared memory.

use cubecl::ir::ElemType;
use cubecl::prelude::*;

/// Units along each side of a cube.
pub(super) const SIDE: usize = 16;

/// Units of a cube.
pub(super) const UNITS: usize = SIDE * SIDE;

/// How a kernel goes over the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Tiling {
    /// Elements of the result along each axis that a unit computes.
    pub each: usize,
    /// Numbers of the contraction that are in shared memory at a time.
    pub depth: usize,
    /// Whether neighbours in a row of the left matrix are neighbours in memory, rather than in a column.
    pub left_by_rows: bool,
    /// The same of the right matrix.
    pub right_by_rows: bool,
}

impl Tiling {
    /// Elements along each axis of the result that a cube computes.
    pub fn side(self) -> usize {
        SIDE * self.each
    }
}

/// A cube a tile of one matrix of the result; `across` tiles beside each other, `tiles` in a matrix, `cubes` in all.
#[cube(launch)]
pub(super) fn matmul_kernel<F: Float>(
    left: &Tensor<F>,
    right: &Tensor<F>,
    out: &mut Tensor<F>,
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
    let each = comptime!(tiling.each);
    let depth = comptime!(tiling.depth);
    let side = comptime!(tiling.side());
    // One more than the side, so that units beside each other write to different banks.
    let pitch = comptime!(tiling.side() + 1);
    let loads = comptime!(tiling.side() * tiling.depth / UNITS);

    let rank = out.rank();
    let (m, n, k) = (
        out.shape(rank - 2),
        out.shape(rank - 1),
        left.shape(rank - 1),
    );
    let tile = cube % tiles;
    let (first_row, first_column) = ((tile / across) * side, (tile % across) * side);
    let mut rest = cube / tiles;
    let mut left_start = 0usize.runtime();
    let mut right_start = 0usize.runtime();
    let mut out_start = 0usize.runtime();
    for behind in 0..rank - 2 {
        let axis = rank - 3 - behind;
        let place = rest % out.shape(axis);
        rest /= out.shape(axis);
        // A shared matrix has extent one.
        left_start += (place % left.shape(axis)) * left.stride(axis);
        right_start += (place % right.shape(axis)) * right.stride(axis);
        out_start += place * out.stride(axis);
    }
    let (left_row, left_column) = (left.stride(rank - 2), left.stride(rank - 1));
    let (right_row, right_column) = (right.stride(rank - 2), right.stride(rank - 1));

    // The rows of the left matrix, and behind them the columns of the right one.
    let mut shared = Shared::<[F]>::new_slice(comptime!(2 * tiling.depth * (tiling.side() + 1)));
    let behind = comptime!(tiling.depth * (tiling.side() + 1));
    let mut sums = Array::<F>::new(comptime!(tiling.each * tiling.each));
    let mut own_rows = Array::<F>::new(each);
    #[unroll]
    for place in 0..comptime!(tiling.each * tiling.each) {
        sums[place] = F::zero();
    }
    let unit = UNIT_POS as usize;
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);

    for step in 0..k.div_ceil(depth) {
        let start = step * depth;
        #[unroll]
        for load in 0..loads {
            let place = unit + load * comptime!(UNITS);
            let (row, inner) = if comptime!(tiling.left_by_rows) {
                (place / depth, place % depth)
            } else {
                (place % side, place / side)
            };
            let mut value = F::zero();
            if first_row + row < m && start + inner < k {
                value =
                    left[left_start + (first_row + row) * left_row + (start + inner) * left_column];
            }
            shared[inner * pitch + row] = value;
        }
        #[unroll]
        for load in 0..loads {
            let place = unit + load * comptime!(UNITS);
            let (inner, column) = if comptime!(tiling.right_by_rows) {
                (place / side, place % side)
            } else {
                (place % depth, place / depth)
            };
            let mut value = F::zero();
            if first_column + column < n && start + inner < k {
                value = right[right_start
                    + (start + inner) * right_row
                    + (first_column + column) * right_column];
            }
            shared[behind + inner * pitch + column] = value;
        }
        sync_cube();
        for inner in 0..depth {
            #[unroll]
            for i in 0..each {
                own_rows[i] = shared[inner * pitch + y + i * comptime!(SIDE)];
            }
            #[unroll]
            for j in 0..each {
                let column = shared[behind + inner * pitch + x + j * comptime!(SIDE)];
                #[unroll]
                for i in 0..each {
                    sums[i * each + j] = fma(own_rows[i], column, sums[i * each + j]);
                }
            }
        }
        sync_cube();
    }

    let (out_row, out_column) = (out.stride(rank - 2), out.stride(rank - 1));
    #[unroll]
    for i in 0..each {
        let row = first_row + y + i * comptime!(SIDE);
        if row < m {
            #[unroll]
            for j in 0..each {
                let column = first_column + x + j * comptime!(SIDE);
                if column < n {
                    out[out_start + row * out_row + column * out_column] = sums[i * each + j];
                }
            }
        }
    }
}
