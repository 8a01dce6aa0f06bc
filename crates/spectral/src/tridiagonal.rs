//! Eigenvalues of a symmetric tridiagonal matrix, with the first and last rows of its eigenvectors.

use faer::diag::{DiagMut, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd,
};
use faer::{Mat, Par, Spec};

use crate::error::SpectralError;

/// The eigendecomposition `T = S diag(theta) S^T` of a symmetric tridiagonal matrix of order m.
#[derive(Clone, Debug)]
pub struct TridiagonalEigen {
    /// The eigenvalues theta, ascending.
    pub values: Vec<f64>,
    /// The eigenvectors, column i belonging to `values[i]`.
    pub vectors: Mat<f64>,
}

impl TridiagonalEigen {
    /// Decomposes the matrix with diagonal `alpha` (m values) and off-diagonal `beta` (m - 1 values).
    pub fn new(alpha: &[f64], beta: &[f64]) -> Result<Self, SpectralError> {
        let size = alpha.len();
        if beta.len() + 1 != size.max(1) {
            return Err(SpectralError::Dimension {
                what: "off-diagonal of a tridiagonal matrix",
                expected: size.saturating_sub(1),
                found: beta.len(),
            });
        }
        if alpha.iter().chain(beta).any(|value| !value.is_finite()) {
            return Err(SpectralError::option(
                "tridiagonal",
                "has an entry that is not finite",
            ));
        }
        let mut values = vec![0.0; size];
        let mut vectors = Mat::zeros(size, size);
        // faer reads as many off-diagonal entries as diagonal ones; the last is unused.
        let mut off_diagonal = beta.to_vec();
        off_diagonal.resize(size, 0.0);
        let params = Spec::default();
        let mut memory = MemBuffer::new(self_adjoint_evd_scratch::<f64>(
            size,
            ComputeEigenvectors::Yes,
            Par::Seq,
            params,
        ));
        tridiagonal_self_adjoint_evd(
            DiagRef::from_slice(alpha),
            DiagRef::from_slice(&off_diagonal),
            DiagMut::from_slice_mut(&mut values),
            Some(vectors.as_mut()),
            Par::Seq,
            MemStack::new(&mut memory),
            params,
        )
        .map_err(|_| SpectralError::NoConvergence { size })?;
        Ok(Self { values, vectors })
    }

    /// First components of the eigenvectors: their squares are the Gauss quadrature weights (Golub & Welsch 1969).
    pub fn first_components(&self) -> Vec<f64> {
        self.row(0)
    }

    /// Last components s_mi of the eigenvectors: `beta_m |s_mi|` is the residual norm of Ritz pair i
    /// (Parlett 1998, section 13.2).
    pub fn last_components(&self) -> Vec<f64> {
        self.row(self.values.len().saturating_sub(1))
    }

    fn row(&self, row: usize) -> Vec<f64> {
        (0..self.values.len())
            .map(|column| self.vectors[(row, column)])
            .collect()
    }
}
