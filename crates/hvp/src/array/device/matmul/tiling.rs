//! How the kernel of products of matrices divides them.

use cubecl::prelude::*;

/// Units along each axis of a tile.
pub const SIDE: usize = 16;

/// Units of a cube.
pub const UNITS: usize = SIDE * SIDE;

/// Numbers that are read and written together where they are neighbours.
pub const QUAD: usize = 4;

/// Neighbours in registers or shared memory.
pub type Quad<F> = Vector<F, Const<QUAD>>;

/// How a kernel goes over the matrices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Quads of rows of the result that a unit computes.
    pub rows: usize,
    /// Quads of columns.
    pub columns: usize,
    /// Whether neighbours in a row of the left matrix are neighbours in memory, rather than in a column.
    pub left_by_rows: bool,
    /// The same of the right matrix.
    pub right_by_rows: bool,
    /// Whether the left matrix is read by quads of neighbours, rather than number by number.
    pub left_quads: bool,
    /// The same of the right matrix.
    pub right_quads: bool,
    /// Whether the result is written by quads.
    pub out_quads: bool,
    /// Whether the product is added to what the result has.
    pub onto: bool,
}

impl Tiling {
    /// Rows of the result that a cube computes.
    pub fn height(self) -> usize {
        SIDE * QUAD * self.rows
    }

    /// Columns of the result that a cube computes.
    pub fn width(self) -> usize {
        SIDE * QUAD * self.columns
    }

    /// Numbers of the contraction that are in shared memory at a time: no unit brings more than a block.
    pub fn depth(self) -> usize {
        if self.rows + self.columns > 2 { 16 } else { 32 }
    }

    /// Blocks of the left matrix in shared memory.
    pub fn left_blocks(self) -> usize {
        self.height() * self.depth() / (QUAD * QUAD)
    }

    /// Blocks of the right matrix.
    pub fn right_blocks(self) -> usize {
        self.width() * self.depth() / (QUAD * QUAD)
    }

    /// Quads from one place of the contraction to the next in the left part of shared memory: one more than there are, so
    /// that units beside each other write to different banks.
    pub fn left_pitch(self) -> usize {
        self.height() / QUAD + 1
    }

    /// The same of the right part.
    pub fn right_pitch(self) -> usize {
        self.width() / QUAD + 1
    }
}
