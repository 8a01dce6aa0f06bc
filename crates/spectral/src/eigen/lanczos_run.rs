//! What a Lanczos recursion found.

use crate::error::spectral_error::SpectralError;
use crate::numeric::tridiagonal::TridiagonalEigen;
use crate::operator::vector_space::VectorSpace;

/// What one start's recursion found; m is the number of steps it made.
#[derive(Clone, Debug)]
pub struct LanczosRun<V> {
    /// Norm of the starting vector, projected off the operator's excluded vectors, before it was normalised.
    pub start_norm: f64,
    /// Diagonal of T, m values.
    pub alpha: Vec<f64>,
    /// Off-diagonal of T, m - 1 values; zero where the recursion restarted.
    pub beta: Vec<f64>,
    /// `beta_m`, the norm of what the last step left over.
    pub last_beta: f64,
    /// Eigenvalues of T, ascending.
    pub ritz_values: Vec<f64>,
    /// Squared first components of T's eigenvectors, which sum to 1: the Gauss quadrature weights of the start's
    /// spectral measure.
    pub weights: Vec<f64>,
    /// `beta_m |s_mi|`: an eigenvalue of A lies within this of Ritz value i (to rounding, `||A y - theta y||`).
    pub residual_bounds: Vec<f64>,
    /// Steps after which the recursion restarted.
    pub restarts: Vec<usize>,
    /// Whether the last step was a breakdown, so that the Lanczos vectors span an invariant subspace.
    pub invariant: bool,
    /// Whether full reorthogonalisation carried the recursion through the whole (effective) space, so that the Ritz
    /// values are the spectrum with its multiplicities.
    pub complete: bool,
    /// The Lanczos vectors q_1 ... q_m where they were asked for.
    pub basis: Option<Vec<V>>,
}

impl<V: Clone> LanczosRun<V> {
    /// The Ritz vectors `Q s_i` of these Ritz values (indices into [`ritz_values`](Self::ritz_values)).
    ///
    /// Ritz values that agree to rounding may have their vectors exchanged. An error without a kept basis, or for an
    /// index out of range.
    pub fn ritz_vectors<S>(&self, space: &S, indices: &[usize]) -> Result<Vec<V>, SpectralError>
    where
        S: VectorSpace<Vector = V>,
    {
        let Some(basis) = &self.basis else {
            return Err(SpectralError::option(
                "keep_basis",
                "Ritz vectors need the Lanczos vectors kept",
            ));
        };
        if let Some(&index) = indices
            .iter()
            .find(|&&index| index >= self.ritz_values.len())
        {
            return Err(SpectralError::option(
                "indices",
                format!("{index} is out of range"),
            ));
        }
        let eigen = TridiagonalEigen::new(&self.alpha, &self.beta)?;
        Ok(space.combine(basis, eigen.columns(indices).as_ref()))
    }
}
