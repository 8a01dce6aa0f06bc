//! The Hessian of the loss and its parts, as linear operators.
//!
//! One sweep serves them all; they differ in the pair of seeds at the logits. With p the softmax, y
//! the one-hot target and S = diag(p) - p pᵀ:
//!
//! | operator | cotangent | its tangent |
//! | --- | --- | --- |
//! | Hess | (p - y)/N | S ż/N |
//! | H | (p - y)/N | 0 |
//! | G | 0 | S ż/N |
//! | a part of G | 0 | from sums over the examples of each class, see [`crate::class`] |
//!
//! So Hess = G + H holds by construction, H comes without subtracting two products, and G never
//! touches a second derivative. The decomposition is that of Papyan, "Measurements of three-level
//! hierarchical structure in the outliers in the spectrum of deepnet Hessians" (2019), section 2.

use hesscope_spectral::{LinearOperator, OperatorError};

use crate::array::Array;
use crate::problem::Problem;
use crate::space::ParameterSpace;
use crate::terms::Terms;

/// A sum of parts of the Hessian of a [`Problem`], p × p and symmetric.
#[derive(Clone, Copy)]
pub struct Operator<'a> {
    problem: &'a Problem,
    terms: Terms,
}

impl<'a> Operator<'a> {
    pub(crate) fn new(problem: &'a Problem, terms: Terms) -> Self {
        Operator { problem, terms }
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
        self.problem.in_blocks(block, |directions| {
            if self.terms.splits_g() {
                self.problem.class_product(self.terms, directions)
            } else {
                self.problem.product(self.terms, directions)
            }
        })
    }
}
