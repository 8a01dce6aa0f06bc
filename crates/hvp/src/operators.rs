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
//!
//! So Hess = G + H holds by construction, H comes without subtracting two products, and G never
//! touches a second derivative. The decomposition is that of Papyan, "Measurements of three-level
//! hierarchical structure in the outliers in the spectrum of deepnet Hessians" (2019), section 2.

use std::fmt;
use std::str::FromStr;

use hesscope_spectral::{LinearOperator, OperatorError};

use crate::array::Array;
use crate::host::recycle;
use crate::problem::Problem;
use crate::space::ParameterSpace;

/// A part of the Hessian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Hess,
    /// The Gauss-Newton part, (1/N) Σ Jᵀ S J: positive semidefinite.
    G,
    /// The rest, (1/N) Σ Σ_c (p - y)_c ∂²z_c/∂θ².
    H,
}

impl Part {
    /// All parts.
    pub const ALL: [Part; 3] = [Part::Hess, Part::G, Part::H];

    /// The name of the part, as its [`FromStr`] reads it.
    pub fn name(self) -> &'static str {
        match self {
            Part::Hess => "hess",
            Part::G => "g",
            Part::H => "h",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no part of the Hessian of this name.
#[derive(Debug, thiserror::Error)]
#[error("there is no operator `{0}`: choose one of hess, g, h")]
pub struct UnknownPart(String);

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(name: &str) -> Result<Self, UnknownPart> {
        Part::ALL
            .into_iter()
            .find(|part| part.name() == name)
            .ok_or_else(|| UnknownPart(name.to_string()))
    }
}

/// One part of the Hessian of a [`Problem`], p × p and symmetric.
#[derive(Clone, Copy)]
pub struct Operator<'a> {
    problem: &'a Problem,
    part: Part,
}

impl<'a> Operator<'a> {
    pub(crate) fn new(problem: &'a Problem, part: Part) -> Self {
        Operator { problem, part }
    }

    /// Which part it is.
    pub fn part(&self) -> Part {
        self.part
    }
}

impl LinearOperator for Operator<'_> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.problem.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        let mut products = Vec::with_capacity(block.len());
        for directions in block.chunks(self.problem.directions()) {
            let lifted: Vec<Array> = directions.iter().map(Array::unsqueeze).collect();
            let together = Array::cat(&lifted, 0);
            let product = self.problem.product(self.part, &together);
            recycle(Some(together));
            let dim = product.shape()[1];
            products
                .extend((0..directions.len()).map(|k| product.slice(0, k, k + 1).reshape(&[dim])));
        }
        Ok(products)
    }
}
