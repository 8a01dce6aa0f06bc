//! Orthonormal bases through Gram matrices, so that a device does the work with two block kernels.

use faer::{Mat, Side};

use crate::deflated::deviation_from_identity;
use crate::error::SpectralError;
use crate::space::VectorSpace;

/// Passes of [`orthonormalise`]; two do unless the block is close to rank deficient.
const MAX_PASSES: usize = 5;

/// Eigenvalues and vectors of a small symmetric matrix, ascending.
pub(crate) fn symmetric_eigen(matrix: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), SpectralError> {
    let size = matrix.nrows();
    let eigen = matrix
        .self_adjoint_eigen(Side::Lower)
        .map_err(|_| SpectralError::NoConvergence { size })?;
    let values = eigen.S().column_vector().iter().copied().collect();
    Ok((values, eigen.U().to_owned()))
}

/// An orthonormal basis of the span of the block, of at most its length.
///
/// Each pass scales the vectors to unit norm, decomposes their Gram matrix `G = U diag(g) U^T` and forms `Z U g^(-1/2)`
/// (Stathopoulos & Wu 2002, SVQB), leaving out directions with `g <= eps * length * max g`, which float64 cannot tell from
/// dependent ones. A Gram matrix squares the condition number, so it is repeated until `|Z^T Z - I|` is at rounding level.
pub(crate) fn orthonormalise<S: VectorSpace>(
    space: &S,
    mut block: Vec<S::Vector>,
) -> Result<Vec<S::Vector>, SpectralError> {
    for _ in 0..MAX_PASSES {
        if block.is_empty() {
            break;
        }
        let gram = space.gram(&block, &block);
        // f64 rounding of the Gram matrix, plus what storing the vectors loses.
        let tolerance = 32.0 * space.epsilon() + f64::EPSILON * block.len() as f64;
        if deviation_from_identity(&gram) <= tolerance {
            break;
        }
        let kept: Vec<usize> = (0..block.len()).filter(|&i| gram[(i, i)] > 0.0).collect();
        let scaled = Mat::from_fn(kept.len(), kept.len(), |i, j| {
            let (a, b) = (kept[i], kept[j]);
            0.5 * (gram[(a, b)] + gram[(b, a)]) / (gram[(a, a)].sqrt() * gram[(b, b)].sqrt())
        });
        let (values, vectors) = symmetric_eigen(&scaled)?;
        let largest = values.last().copied().unwrap_or(0.0);
        let cutoff = space.epsilon().max(f64::EPSILON) * block.len() as f64 * largest;
        let directions: Vec<usize> = (0..values.len())
            .rev()
            .filter(|&i| values[i] > cutoff)
            .collect();
        let mut coefficients = Mat::zeros(block.len(), directions.len());
        for (column, &direction) in directions.iter().enumerate() {
            for (row, &original) in kept.iter().enumerate() {
                coefficients[(original, column)] = vectors[(row, direction)]
                    / (values[direction].sqrt() * gram[(original, original)].sqrt());
            }
        }
        block = space.combine(&block, coefficients.as_ref());
    }
    Ok(block)
}
