//! The Hessian of the loss and its parts, as linear operators.
//!
//! One pass serves them all; they differ in the pair of seeds at the logits. With r the gradient of
//! the loss of a row in its logits and S its Hessian (see [`Loss`](crate::Loss)), which for
//! cross-entropy are p - y and diag(p) - p pᵀ, and N the number of rows that count:
//!
//! | operator | cotangent | its tangent |
//! | --- | --- | --- |
//! | Hess | r/N | S ż/N |
//! | H | r/N | 0 |
//! | G | 0 | S ż/N |
//! | a part of G | 0 | from sums over the rows of each class, see [`crate::class`] |
//!
//! Weight decay adds λ I to Hess. So Hess = G + H + λ I holds by construction, H comes without
//! subtracting two products, and G never touches a second derivative. The decomposition is that of
//! Papyan, "Measurements of three-level hierarchical structure in the outliers in the spectrum of
//! deepnet Hessians" (2019), section 2.

use hesscope_spectral::{LinearOperator, OperatorError};

use crate::array::Array;
use crate::problem::Problem;
use crate::space::ParameterSpace;
use hesscope_records::{Part, Terms};

/// A sum of parts of the Hessian of a [`Problem`], p × p and symmetric.
#[derive(Clone, Copy)]
pub struct Operator<'a> {
    problem: &'a Problem,
    terms: Terms,
}

impl Problem {
    /// The operator of a part of the Hessian or a sum of parts.
    pub fn operator(&self, terms: impl Into<Terms>) -> Operator<'_> {
        Operator {
            problem: self,
            terms: terms.into(),
        }
    }
}

impl<'a> Operator<'a> {
    /// The problem it is a part of.
    pub fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// Which parts it is the sum of.
    pub fn terms(&self) -> Terms {
        self.terms
    }
}

impl LinearOperator for Operator<'_> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.problem.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        let (problem, terms) = (self.problem, self.terms);
        let decay = problem.objective().weight_decay;
        problem.in_blocks(block, |directions| {
            if terms == Part::Decay.into() {
                return Ok(directions.scale(decay).rows());
            }
            let products = problem.products_of(terms, directions)?;
            if !terms.contains(Part::Decay) || decay == 0.0 {
                return Ok(products);
            }
            let shift = directions.scale(decay).rows();
            let shifted = products.into_iter().zip(shift);
            Ok(shifted
                .map(|(product, shift)| product.plus(shift))
                .collect())
        })
    }
}
