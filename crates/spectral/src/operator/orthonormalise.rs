//! Orthonormal bases through Gram matrices, so that a device does the work with two block kernels.

use faer::Mat;

use crate::error::spectral_error::SpectralError;
use crate::numeric::symmetric::{deviation_from_identity, symmetric_eigen};
use crate::operator::vector_space::VectorSpace;

/// Passes of [`orthonormalise`]; two do unless the block is close to rank deficient.
const MAX_PASSES: usize = 5;

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

/// Puts right the rounding of a nearly orthonormal block, each vector staying what it is: `X (3 I - X^T X) / 2`, one step
/// of the Newton-Schulz iteration for the polar factor (Higham, Functions of Matrices, SIAM 2008, section 8.3).
pub(crate) fn polish<S: VectorSpace>(space: &S, block: &[S::Vector]) -> Vec<S::Vector> {
    let gram = space.gram(block, block);
    let correction = Mat::from_fn(block.len(), block.len(), |i, j| {
        let diagonal = if i == j { 1.5 } else { 0.0 };
        diagonal - 0.25 * (gram[(i, j)] + gram[(j, i)])
    });
    space.combine(block, correction.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::host_space::HostSpace;

    /// Zeros and what is no number span nothing.
    #[test]
    fn a_block_without_directions_has_no_basis() {
        let space = HostSpace::<f64>::new(3);
        for value in [0.0, f64::NAN] {
            let basis = orthonormalise(&space, vec![vec![value; 3]; 2]).expect("a basis");
            assert!(basis.is_empty(), "{basis:?}");
        }
    }
}
