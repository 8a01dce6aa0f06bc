//! Which matrices are made of the gradients of rows.

use serde::{Deserialize, Serialize};

/// Which matrix of gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Moment {
    /// (1/N) Σ g_i g_iᵀ with the targets of the data.
    EmpiricalFisher,
    /// (1/N) Σ (g_i - ḡ)(g_i - ḡ)ᵀ with ḡ the mean of the g_i.
    GradientCovariance,
    /// (1/(N S)) Σ_s Σ_i g_is g_isᵀ / t with targets drawn from the network's own predictions and t the
    /// loss's [scale against the likelihood](crate::Loss::likelihood_scale), so that G is its mean over
    /// seeds. Row i draws the same targets in whatever batch it is.
    MonteCarloFisher {
        /// Of the draws.
        seed: u64,
        /// Targets drawn for each row, S.
        samples: usize,
    },
}
