//! Eigenpairs at the ends of the spectrum: which are wanted, and what was found of them.

use faer::Mat;
use serde::{Deserialize, Serialize};

use crate::error::SpectralError;
use crate::orthonormal::symmetric_eigen;
use crate::space::VectorSpace;
use crate::subspace::Eigenpairs;

/// Which end of the spectrum is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    pub values: Vec<f64>,
    pub residuals: Vec<f64>,
}

impl Found {
    /// With the vectors that go with them.
    pub(crate) fn with<V>(
        self,
        vectors: Vec<V>,
        tolerance: f64,
        products: usize,
        norm: f64,
    ) -> ExtremePairs<V> {
        let pair_converged: Vec<bool> = self
            .residuals
            .iter()
            .map(|&residual| residual <= tolerance * norm)
            .collect();
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

/// Ritz values of a projected matrix, those wanted first, and their coordinates column by column.
pub(crate) struct RitzPairs {
    pub values: Vec<f64>,
    pub rotation: Mat<f64>,
}

impl RitzPairs {
    /// From the projected matrix, made symmetric.
    pub(crate) fn new(projected: &Mat<f64>, which: Extreme) -> Result<Self, SpectralError> {
        let size = projected.nrows();
        let symmetric = Mat::from_fn(size, size, |i, j| {
            0.5 * (projected[(i, j)] + projected[(j, i)])
        });
        let (ascending, vectors) = symmetric_eigen(&symmetric)?;
        let order = which.order(&ascending);
        Ok(Self {
            values: order.iter().map(|&i| ascending[i]).collect(),
            rotation: Mat::from_fn(size, size, |i, j| vectors[(i, order[j])]),
        })
    }

    /// Rayleigh-Ritz on an orthonormal block and its products, found at step `step`.
    pub(crate) fn of_block<S: VectorSpace>(
        space: &S,
        basis: &[S::Vector],
        products: &[S::Vector],
        which: Extreme,
        step: usize,
    ) -> Result<Self, SpectralError> {
        let projected = space.gram(basis, products);
        let size = basis.len();
        let wrong = (0..size).find(|&j| (0..size).any(|i| !projected[(i, j)].is_finite()));
        match wrong {
            Some(index) => Err(SpectralError::NotFinite { step, index }),
            None => Self::new(&projected, which),
        }
    }

    /// The first `count` Ritz vectors of this basis; of its products, their products.
    pub(crate) fn rotate<S: VectorSpace>(
        &self,
        space: &S,
        basis: &[S::Vector],
        count: usize,
    ) -> Vec<S::Vector> {
        space.combine(basis, self.rotation.as_ref().subcols(0, count))
    }
}

/// `||A q - theta q||` of each pair; formed, not got from `||A q||^2 - theta^2`, which would lose half the digits.
pub(crate) fn residual_norms<S: VectorSpace>(
    space: &S,
    vectors: &[S::Vector],
    products: &[S::Vector],
    values: &[f64],
) -> Vec<f64> {
    vectors
        .iter()
        .zip(products)
        .zip(values)
        .map(|((vector, product), &value)| {
            let mut residual = product.clone();
            space.axpy(-value, vector, &mut residual);
            space.norm(&residual)
        })
        .collect()
}

/// Checks what the estimators of extreme pairs have in common.
pub(crate) fn check_pairs(pairs: usize, dim: usize, tolerance: f64) -> Result<(), SpectralError> {
    if pairs == 0 || pairs > dim {
        let reason = format!("{pairs} pairs of an operator of dimension {dim}");
        return Err(SpectralError::option("pairs", reason));
    }
    if !(tolerance >= 0.0 && tolerance.is_finite()) {
        let reason = format!("{tolerance} is not a tolerance");
        return Err(SpectralError::option("tolerance", reason));
    }
    Ok(())
}
