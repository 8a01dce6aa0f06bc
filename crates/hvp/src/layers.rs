//! Operators restricted to named layers: blocks of the matrix.

use std::ops::Range;

use hesscope_spectral::{LinearOperator, OperatorError, VectorSpace};

use crate::array::Array;
use crate::error::HvpError;
use crate::problem::Problem;
use crate::space::ParameterSpace;

/// Some of the parameters of a problem, as vectors of a space of their own.
#[derive(Clone, Debug)]
pub struct Layers {
    /// Where they lie in vectors of all parameters, in ascending order.
    ranges: Vec<Range<usize>>,
    /// Of all parameters.
    whole: ParameterSpace,
    space: ParameterSpace,
}

impl Problem {
    /// The parameters of the layers of these module paths: `features.3` stands for `features.3.weight`
    /// and `features.3.bias`, and `features` for all that lie in it.
    ///
    /// # Errors
    ///
    /// When no path is given, or one names no parameter.
    pub fn layers(&self, paths: &[&str]) -> Result<Layers, HvpError> {
        let within = |path: &str, layer: &str| {
            path.strip_prefix(layer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let all = self.parameters();
        let unknown = paths
            .iter()
            .find(|layer| !all.iter().any(|parameter| within(&parameter.path, layer)));
        if let Some(layer) = unknown {
            let known: Vec<&str> = all
                .iter()
                .map(|parameter| parameter.path.as_str())
                .collect();
            return Err(HvpError::Input(format!(
                "no parameter lies in the layer `{layer}`: the parameters are {}",
                known.join(", ")
            )));
        }
        if paths.is_empty() {
            return Err(HvpError::Input(
                "no layer is named: name at least one to restrict an operator to".into(),
            ));
        }
        let mut start = 0;
        let mut ranges = Vec::new();
        for parameter in all {
            let range = start..start + parameter.len();
            start = range.end;
            if paths.iter().any(|layer| within(&parameter.path, layer)) {
                ranges.push(range);
            }
        }
        let whole = self.space().clone();
        let dim = ranges.iter().map(ExactSizeIterator::len).sum();
        let space = ParameterSpace::new(dim, whole.precision(), whole.device().clone());
        Ok(Layers {
            ranges,
            whole,
            space,
        })
    }
}

impl Layers {
    /// The space of these parameters alone.
    pub fn space(&self) -> &ParameterSpace {
        &self.space
    }

    /// The part of a vector of all parameters that belongs to these.
    pub fn extract(&self, whole: &Array) -> Array {
        let parts: Vec<Array> = self
            .ranges
            .iter()
            .map(|range| whole.slice(0, range.start, range.end))
            .collect();
        Array::cat(&parts, 0)
    }

    /// The vector of all parameters that is zero but for these, the transpose of
    /// [`extract`](Self::extract).
    pub fn embed(&self, part: &Array) -> Array {
        let mut pieces = Vec::new();
        let (mut at, mut taken) = (0, 0);
        for range in &self.ranges {
            if range.start > at {
                pieces.push(part.zeros_of(&[range.start - at]));
            }
            pieces.push(part.slice(0, taken, taken + range.len()));
            taken += range.len();
            at = range.end;
        }
        if self.whole.dim() > at {
            pieces.push(part.zeros_of(&[self.whole.dim() - at]));
        }
        Array::cat(&pieces, 0)
    }
}

/// The diagonal block of an operator in some layers, symmetric as the operator is.
#[derive(Clone, Debug)]
pub struct Restricted<O> {
    block: Block<O>,
}

impl<O: LinearOperator<Space = ParameterSpace>> Restricted<O> {
    /// The rows and columns of `layers`.
    pub fn new(operator: O, layers: &Layers) -> Self {
        Restricted {
            block: Block::new(operator, layers, layers),
        }
    }
}

impl<O: LinearOperator<Space = ParameterSpace>> LinearOperator for Restricted<O> {
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
