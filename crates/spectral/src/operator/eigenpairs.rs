//! Approximate eigenpairs.

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
