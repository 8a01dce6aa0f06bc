//! Operators restricted to named layers: blocks of the matrix.

use hesscope_spectral::{LinearOperator, OperatorError};

use crate::array::Array;
use crate::layers::Layers;
use crate::space::ParameterSpace;

/// The diagonal block of an operator in some layers, symmetric as the operator is.
#[derive(Clone, Debug)]
pub struct DiagonalBlock<O> {
    block: Block<O>,
}

impl<O: LinearOperator<Space = ParameterSpace>> DiagonalBlock<O> {
    /// The rows and columns of `layers`.
    pub fn new(operator: O, layers: &Layers) -> Self {
        DiagonalBlock {
            block: Block::new(operator, layers, layers),
        }
    }
}

impl<O: LinearOperator<Space = ParameterSpace>> LinearOperator for DiagonalBlock<O> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.block.rows.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        self.block.apply(block)
    }
}

/// A block of an operator off its diagonal, rectangular.
#[derive(Clone, Debug)]
pub struct Block<O> {
    operator: O,
    rows: Layers,
    columns: Layers,
}

impl<O: LinearOperator<Space = ParameterSpace>> Block<O> {
    /// The block of these rows and columns.
    pub fn new(operator: O, rows: &Layers, columns: &Layers) -> Self {
        Block {
            operator,
            rows: rows.clone(),
            columns: columns.clone(),
        }
    }

    /// The block on the other side of the diagonal, its transpose.
    pub fn transpose(self) -> Self {
        Block {
            operator: self.operator,
            rows: self.columns,
            columns: self.rows,
        }
    }

    /// The products with vectors of the columns' space, vectors of the rows' space.
    ///
    /// # Errors
    ///
    /// Those of the operator.
    pub fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        let whole: Vec<Array> = block.iter().map(|x| self.columns.embed(x)).collect();
        let products = self.operator.apply(&whole)?;
        Ok(products.iter().map(|y| self.rows.extract(y)).collect())
    }
}
