//! Approximate eigenpairs.

use crate::error::spectral_error::SpectralError;

/// Approximate eigenpairs with orthonormal vectors.
#[derive(Clone, Debug)]
pub struct Eigenpairs<V> {
    /// The eigenvalues, in the order asked for.
    pub values: Vec<f64>,
    /// Unit eigenvectors, mutually orthogonal.
    pub vectors: Vec<V>,
    /// Residual norms `||A q - theta q||`: an eigenvalue of A lies within each.
    pub residuals: Vec<f64>,
}

impl<V> Eigenpairs<V> {
    /// The same with each vector replaced by what is made of it.
    pub fn map_vectors<W>(self, make: impl FnMut(V) -> W) -> Eigenpairs<W> {
        Eigenpairs {
            values: self.values,
            vectors: self.vectors.into_iter().map(make).collect(),
            residuals: self.residuals,
        }
    }

    /// An error unless each has a residual.
    pub(crate) fn check_residuals(&self) -> Result<(), SpectralError> {
        let what = "residuals of the eigenpairs";
        SpectralError::require_size(what, self.values.len(), self.residuals.len())
    }
}
