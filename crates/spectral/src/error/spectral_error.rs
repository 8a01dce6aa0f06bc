//! What can go wrong in this crate.

use thiserror::Error;

use crate::error::operator_error::OperatorError;
use crate::error::snapshot_error::SnapshotError;

/// An error of a spectral estimator.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SpectralError {
    /// The operator could not form a product.
    #[error("a product with the operator failed")]
    Operator(#[from] OperatorError),

    /// An option has a value the estimator cannot work with.
    #[error("invalid option `{option}`: {reason}")]
    InvalidOption {
        /// Name of the option.
        option: &'static str,
        /// What is wrong with its value.
        reason: String,
    },

    /// A vector, block or matrix has the wrong size.
    #[error("{what}: expected {expected}, found {found}")]
    Dimension {
        /// What has the wrong size.
        what: &'static str,
        /// The size wanted.
        expected: usize,
        /// The size found.
        found: usize,
    },

    /// A vector that had to be normalised is zero (to working precision, after any projection).
    #[error("{what} number {index} is zero, so it has no direction")]
    ZeroVector {
        /// What the vector was for.
        what: &'static str,
        /// Its place in the block.
        index: usize,
    },

    /// A product contains an infinity or a NaN.
    #[error("the operator's product is not finite at step {step} (vector {index} of the block)")]
    NotFinite {
        /// Step or iteration, counted from zero.
        step: usize,
        /// Place of the vector in the block.
        index: usize,
    },

    /// A matrix that must be symmetric is not.
    #[error(
        "the matrix is not symmetric: entries ({row}, {column}) and its mirror differ by {difference:e}"
    )]
    NotSymmetric {
        /// Row of the worst entry.
        row: usize,
        /// Column of the worst entry.
        column: usize,
        /// Absolute difference.
        difference: f64,
    },

    /// Vectors that must be orthonormal are not.
    #[error(
        "the vectors are not orthonormal: max |Q^T Q - I| = {deviation:e}, tolerance {tolerance:e}"
    )]
    NotOrthonormal {
        /// Largest entry of `|Q^T Q - I|`.
        deviation: f64,
        /// Largest deviation accepted.
        tolerance: f64,
    },

    /// A snapshot could not be kept or gone on with.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),

    /// A small dense eigenproblem on the host did not converge.
    #[error("the eigenvalue iteration of a {size} x {size} symmetric matrix did not converge")]
    NoConvergence {
        /// Order of the matrix.
        size: usize,
    },
}

impl SpectralError {
    /// An error about an option unless this holds.
    pub(crate) fn require(
        holds: bool,
        option: &'static str,
        reason: impl std::fmt::Display,
    ) -> Result<(), Self> {
        if holds {
            Ok(())
        } else {
            Err(Self::option(option, reason.to_string()))
        }
    }

    /// An option that counts something must not be zero.
    pub(crate) fn require_positive(option: &'static str, value: usize) -> Result<(), Self> {
        Self::require(value > 0, option, "must be at least 1")
    }

    /// An error unless what was found has the size expected.
    pub(crate) fn require_size(
        what: &'static str,
        expected: usize,
        found: usize,
    ) -> Result<(), Self> {
        if found == expected {
            return Ok(());
        }
        Err(Self::Dimension {
            what,
            expected,
            found,
        })
    }

    pub(crate) fn option(option: &'static str, reason: impl Into<String>) -> Self {
        Self::InvalidOption {
            option,
            reason: reason.into(),
        }
    }
}
