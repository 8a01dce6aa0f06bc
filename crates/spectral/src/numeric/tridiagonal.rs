//! The eigenproblem of a symmetric tridiagonal matrix: in full, or with two rows of the eigenvectors only.

use faer::diag::{DiagMut, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd,
};
use faer::{Mat, Par, Spec};

use crate::error::spectral_error::SpectralError;

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
        check(alpha, beta)?;
        let size = alpha.len();
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

    /// The eigenvectors of these indices, column by column.
    pub(crate) fn columns(&self, indices: &[usize]) -> Mat<f64> {
        Mat::from_fn(self.vectors.nrows(), indices.len(), |row, column| {
            self.vectors[(row, indices[column])]
        })
    }
}

fn check(alpha: &[f64], beta: &[f64]) -> Result<(), SpectralError> {
    let expected = alpha.len().saturating_sub(1);
    SpectralError::require_size("off-diagonal of a tridiagonal matrix", expected, beta.len())?;
    SpectralError::require(
        alpha.iter().chain(beta).all(|value| value.is_finite()),
        "tridiagonal",
        "has an entry that is not finite",
    )?;
    Ok(())
}

/// The eigenvalues of a symmetric tridiagonal matrix of order m, with the ends of its eigenvectors.
///
/// Found by the QL algorithm with implicit shifts (Dubrulle, Martin & Wilkinson 1968), its rotations applied to the first
/// and last rows of the identity alone, as Golub & Welsch (1969) do for Gauss quadrature: O(m^2) work and O(m) memory,
/// where all eigenvectors take O(m^3) and O(m^2).
#[derive(Clone, Debug)]
pub struct TridiagonalEnds {
    /// The eigenvalues theta, ascending.
    pub values: Vec<f64>,
    /// First components of the unit eigenvectors: their squares are the Gauss quadrature weights (Golub & Welsch 1969).
    pub first: Vec<f64>,
    /// Last components s_mi: `beta_m |s_mi|` is the residual norm of Ritz pair i (Parlett 1998, section 13.2).
    pub last: Vec<f64>,
}

/// QL sweeps that one eigenvalue may take; two is usual.
const MAX_SWEEPS: usize = 60;

impl TridiagonalEnds {
    /// Decomposes the matrix with diagonal `alpha` (m values) and off-diagonal `beta` (m - 1 values).
    pub fn new(alpha: &[f64], beta: &[f64]) -> Result<Self, SpectralError> {
        check(alpha, beta)?;
        let size = alpha.len();
        let mut diagonal = alpha.to_vec();
        let mut off_diagonal = beta.to_vec();
        let (mut first, mut last) = (vec![0.0; size], vec![0.0; size]);
        if size > 0 {
            first[0] = 1.0;
            last[size - 1] = 1.0;
        }
        for top in 0..size {
            let mut sweeps = 0;
            loop {
                let bottom = block_end(&diagonal, &off_diagonal, top);
                if let Some(negligible) = off_diagonal.get_mut(bottom) {
                    *negligible = 0.0;
                }
                if bottom == top {
                    break;
                }
                if sweeps == MAX_SWEEPS {
                    return Err(SpectralError::NoConvergence { size });
                }
                sweeps += 1;
                sweep(
                    &mut diagonal,
                    &mut off_diagonal,
                    [&mut first, &mut last],
                    top,
                    bottom,
                );
            }
        }
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&a, &b| diagonal[a].total_cmp(&diagonal[b]));
        let sorted = |values: &[f64]| order.iter().map(|&i| values[i]).collect();
        Ok(Self {
            values: sorted(&diagonal),
            first: sorted(&first),
            last: sorted(&last),
        })
    }
}

impl TridiagonalEnds {
    /// The Gauss quadrature weights, squares of the first components.
    pub(crate) fn weights(&self) -> Vec<f64> {
        self.first.iter().map(|s| s * s).collect()
    }
}

/// Last index of the block that begins at `top`: an off-diagonal entry negligible beside its neighbours ends it.
fn block_end(diagonal: &[f64], off_diagonal: &[f64], top: usize) -> usize {
    (top..off_diagonal.len())
        .find(|&i| {
            let scale = diagonal[i].abs() + diagonal[i + 1].abs();
            off_diagonal[i].abs() <= (f64::EPSILON * scale).max(f64::MIN_POSITIVE)
        })
        .unwrap_or(off_diagonal.len())
}

/// One implicit QL sweep over the block `top ..= bottom`, with Wilkinson's shift from its top 2 x 2 corner.
fn sweep(
    diagonal: &mut [f64],
    off_diagonal: &mut [f64],
    mut rows: [&mut [f64]; 2],
    top: usize,
    bottom: usize,
) {
    let half_gap = (diagonal[top + 1] - diagonal[top]) / (2.0 * off_diagonal[top]);
    let root = half_gap.hypot(1.0).copysign(half_gap);
    let shift = diagonal[top] - off_diagonal[top] / (half_gap + root);

    // The bulge is chased upwards: (x, bulge) is what the next rotation has to annihilate.
    let mut x = diagonal[bottom] - shift;
    let (mut sine, mut cosine) = (1.0, 1.0);
    let mut carried = 0.0;
    for i in (top..bottom).rev() {
        let bulge = sine * off_diagonal[i];
        let rest = cosine * off_diagonal[i];
        let length = bulge.hypot(x);
        if i + 1 < bottom {
            off_diagonal[i + 1] = length;
        }
        if length == 0.0 {
            // The block has split below i; the next sweep works on its parts.
            diagonal[i + 1] -= carried;
            return;
        }
        sine = bulge / length;
        cosine = x / length;
        let corner = diagonal[i + 1] - carried;
        let mixed = (diagonal[i] - corner) * sine + 2.0 * cosine * rest;
        carried = sine * mixed;
        diagonal[i + 1] = corner + carried;
        x = cosine * mixed - rest;
        for row in &mut rows {
            let (upper, lower) = (row[i], row[i + 1]);
            row[i + 1] = sine * upper + cosine * lower;
            row[i] = cosine * upper - sine * lower;
        }
    }
    diagonal[top] -= carried;
    off_diagonal[top] = x;
}
