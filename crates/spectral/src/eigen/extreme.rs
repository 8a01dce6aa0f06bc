//! Eigenpairs at the ends of the spectrum: which are wanted, and what was found of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::operator::eigenpairs::Eigenpairs;

/// Which end of the spectrum is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extreme {
    /// The largest eigenvalues with their sign, in falling order.
    #[default]
    LargestAlgebraic,
    /// The smallest eigenvalues with their sign, in rising order.
    SmallestAlgebraic,
    /// The eigenvalues of largest modulus, in falling order of it.
    LargestMagnitude,
}

impl Extreme {
    /// What is to be large: the value, its negative or its modulus.
    pub fn key(self, value: f64) -> f64 {
        match self {
            Self::LargestAlgebraic => value,
            Self::SmallestAlgebraic => -value,
            Self::LargestMagnitude => value.abs(),
        }
    }

    /// Indices of the values, those wanted first.
    pub(crate) fn order(self, values: &[f64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| self.key(values[b]).total_cmp(&self.key(values[a])));
        order
    }
}

/// The k pairs found at an end of the spectrum.
///
/// For each pair an eigenvalue of A lies within its residual; the vectors being orthonormal, k eigenvalues counted with
/// multiplicity lie, one for each value, within the norm of the matrix of residuals, at most `sqrt(k)` times the largest
/// (Kahan; Parlett 1998, section 11.5). That no eigenvalue farther out is missing is not certified by any residual.
#[derive(Clone, Debug)]
pub struct ExtremePairs<V> {
    /// The pairs, with residuals formed from the products of their vectors, not estimated.
    pub pairs: Eigenpairs<V>,
    /// Whether the residual of each is at most the tolerance times [`norm`](Self::norm).
    pub pair_converged: Vec<bool>,
    /// Whether all are.
    pub converged: bool,
    /// Vectors multiplied by the operator.
    pub products: usize,
    /// The lower bound of `||A||` that residuals were measured against: the largest that was met.
    pub norm: f64,
}

/// The numbers of an [`ExtremePairs`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Found {
    pub values: Vec<f64>,
    pub residuals: Vec<f64>,
}

impl Found {
    /// The largest modulus of a value.
    pub(crate) fn largest_modulus(&self) -> f64 {
        let moduli = self.values.iter().map(|value| value.abs());
        moduli.fold(0.0, f64::max)
    }

    /// Whether each of the first `count` residuals is at most the tolerance times the largest modulus.
    pub(crate) fn converged(&self, count: usize, tolerance: f64) -> Vec<bool> {
        self.within(count, tolerance * self.largest_modulus())
    }

    fn within(&self, count: usize, threshold: f64) -> Vec<bool> {
        let residuals = self.residuals[..count].iter();
        residuals.map(|&residual| residual <= threshold).collect()
    }

    /// With the vectors that go with them.
    pub(crate) fn with<V>(
        self,
        vectors: Vec<V>,
        tolerance: f64,
        products: usize,
        norm: f64,
    ) -> ExtremePairs<V> {
        let pair_converged = self.within(self.residuals.len(), tolerance * norm);
        ExtremePairs {
            pairs: Eigenpairs {
                values: self.values,
                vectors,
                residuals: self.residuals,
            },
            converged: pair_converged.iter().all(|&done| done),
            pair_converged,
            products,
            norm,
        }
    }
}

/// Checks what the estimators of extreme pairs have in common.
pub(crate) fn check_pairs(pairs: usize, dim: usize, tolerance: f64) -> Result<(), SpectralError> {
    SpectralError::require(
        (1..=dim).contains(&pairs),
        "pairs",
        format_args!("{pairs} pairs of an operator of dimension {dim}"),
    )?;
    SpectralError::require(
        tolerance >= 0.0 && tolerance.is_finite(),
        "tolerance",
        format_args!("{tolerance} is not a tolerance"),
    )?;
    Ok(())
}
