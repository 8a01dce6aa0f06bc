//! Quadratures: nodes and weights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::numeric::tridiagonal::TridiagonalEnds;

/// One probe's quadrature: `sum_i weights_i f(nodes_i)` estimates `tr f(A) / p`. The weights sum to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quadrature {
    /// The nodes, ascending.
    pub nodes: Vec<f64>,
    /// Their weights.
    pub weights: Vec<f64>,
}

impl Quadrature {
    /// The Gauss quadrature of a Jacobi matrix, given its diagonal and off-diagonal (Golub & Welsch 1969).
    pub(crate) fn of_tridiagonal(alpha: &[f64], beta: &[f64]) -> Result<Self, SpectralError> {
        let ends = TridiagonalEnds::new(alpha, beta)?;
        Ok(Self {
            weights: ends.weights(),
            nodes: ends.values,
        })
    }

    /// The nodes with their weights.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        self.nodes.iter().copied().zip(self.weights.iter().copied())
    }

    /// `sum_i weights_i f(nodes_i)`.
    pub(crate) fn sum(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.pairs().map(|(node, weight)| weight * f(node)).sum()
    }
}
