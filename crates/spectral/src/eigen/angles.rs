//! Principal angles between subspaces.

use faer::Mat;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::operator::orthogonalise::project_out;
use crate::operator::orthonormalise::orthonormalise;
use crate::operator::vector_space::VectorSpace;

/// The principal angles between two subspaces, of dimensions a and b: `min(a, b)` of them, the smallest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrincipalAngles {
    /// The angles in radians, from 0 to pi/2, ascending.
    pub angles: Vec<f64>,
    /// Dimension a of the first subspace.
    pub first: usize,
    /// Dimension b of the second.
    pub second: usize,
}

impl PrincipalAngles {
    /// The mean of `cos^2` over the angles, `tr(P_a P_b) / min(a, b)` of the projectors: 1 where the smaller subspace lies
    /// in the larger, 0 where they are orthogonal or one is empty.
    pub fn overlap(&self) -> f64 {
        if self.angles.is_empty() {
            return 0.0;
        }
        let sum: f64 = self.angles.iter().map(|angle| angle.cos().powi(2)).sum();
        sum / self.angles.len() as f64
    }

    /// The overlap that subspaces of these dimensions have on average when one is drawn at random from all of a space of
    /// dimension p: `max(a, b) / p`, as `E[P_b] = (b/p) I`.
    pub fn chance_overlap(&self, dim: usize) -> f64 {
        self.first.max(self.second) as f64 / dim as f64
    }
}

/// The principal angles between the spans of two sets of vectors.
///
/// Björck & Golub, "Numerical methods for computing angles between linear subspaces" (1973): of orthonormal bases the
/// singular values of `Q_a^T Q_b` are the cosines. A cosine near 1 says little about a small angle, so angles below pi/4
/// are taken from their sines, the singular values of `(I - Q_a Q_a^T) Q_b` (Knyazev & Argentati 2002, "Principal angles
/// between subspaces in an A-based scalar product").
///
/// The vectors need not be orthonormal. Those that depend linearly on others of their set, to working precision, do not
/// count; neither do zero vectors.
pub fn principal_angles<S: VectorSpace>(
    space: &S,
    first: &[S::Vector],
    second: &[S::Vector],
) -> Result<PrincipalAngles, SpectralError> {
    let basis = |vectors: &[S::Vector]| {
        // A NaN has no norm above zero, and would be left out as if it were nothing.
        match vectors.iter().position(|v| !space.norm(v).is_finite()) {
            Some(index) => Err(SpectralError::NotFinite { step: 0, index }),
            None => orthonormalise(space, vectors.to_vec()),
        }
    };
    let (first, second) = (basis(first)?, basis(second)?);
    let dimensions = (first.len(), second.len());
    let (larger, smaller) = if first.len() >= second.len() {
        (first, second)
    } else {
        (second, first)
    };
    let mut angles = between(space, &larger, &smaller)?;
    angles.sort_by(f64::total_cmp);
    Ok(PrincipalAngles {
        angles,
        first: dimensions.0,
        second: dimensions.1,
    })
}

fn between<S: VectorSpace>(
    space: &S,
    larger: &[S::Vector],
    smaller: &[S::Vector],
) -> Result<Vec<f64>, SpectralError> {
    if smaller.is_empty() {
        return Ok(Vec::new());
    }
    let cosines = singular_values(space.gram(larger, smaller))?;
    let mut residuals = smaller.to_vec();
    project_out(space, larger, &mut residuals);
    let sines = singular_values(triangular_factor(space, residuals))?;
    // Cosines fall where sines rise.
    Ok(cosines
        .iter()
        .zip(sines.iter().rev())
        .map(|(&cosine, &sine)| {
            if cosine * cosine > 0.5 {
                sine.min(1.0).asin()
            } else {
                cosine.acos()
            }
        })
        .collect())
}

/// The singular values, falling.
fn singular_values(matrix: Mat<f64>) -> Result<Vec<f64>, SpectralError> {
    let size = matrix.nrows().max(matrix.ncols());
    matrix
        .singular_values()
        .map_err(|_| SpectralError::NoConvergence { size })
}

/// The triangular factor T of `R = Q T` by modified Gram-Schmidt: it has the singular values of R to within rounding of
/// the largest, however dependent the columns (Björck 1967), which those of `R^T R` have not.
fn triangular_factor<S: VectorSpace>(space: &S, mut columns: Vec<S::Vector>) -> Mat<f64> {
    let count = columns.len();
    let mut factor = Mat::zeros(count, count);
    for j in 0..count {
        let (done, rest) = columns.split_at_mut(j + 1);
        let pivot = &mut done[j];
        let norm = space.norm(pivot);
        factor[(j, j)] = norm;
        if norm == 0.0 {
            continue;
        }
        space.scale(1.0 / norm, pivot);
        for (k, column) in rest.iter_mut().enumerate() {
            let coefficient = space.dot(pivot, column);
            factor[(j, j + 1 + k)] = coefficient;
            space.axpy(-coefficient, pivot, column);
        }
    }
    factor
}

/// The most by which the overlap with any other subspace, times the smaller dimension, can be off because the k eigenpairs
/// that span this one are approximate.
///
/// With R the residuals of the pairs and `gap` the distance of their eigenvalues from all others of the operator,
/// `||sin Theta||_F <= ||R||_F / gap` (Davis & Kahan 1970, the sin Theta theorem; Parlett 1998, section 11.7). For
/// projectors `tr((P' - P) P_b)` is at most the sum of the positive eigenvalues of `P' - P`, which are the sines, and so
/// at most `sqrt k ||R||_F / gap`. It is at most k, which is what is returned where the gap is not positive.
pub fn rotation_bound(residuals: &[f64], gap: f64) -> f64 {
    let count = residuals.len() as f64;
    let norm = residuals.iter().map(|r| r * r).sum::<f64>().sqrt();
    if norm == 0.0 {
        0.0
    } else if gap > 0.0 {
        (count.sqrt() * norm / gap).min(count)
    } else {
        count
    }
}
