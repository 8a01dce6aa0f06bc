//! Losses: what they are, and in closed form what they say at the logits.
//!
//! The loss of a data set is the mean over its rows of the loss of a row, a row being what one row of
//! the logits [rows, C] belongs to: an example, or a position of an example. Rows that are ignored
//! are left out of the sum and of the count. With z the logits of a row, q its target, p the softmax
//! and σ the logistic function, each [C]:
//!
//! | loss of a row | gradient in z | Hessian in z |
//! | --- | --- | --- |
//! | cross-entropy, -Σ q log p | p - q | diag(p) - p pᵀ |
//! | mean squared error, Σ (z - q)² / C | 2 (z - q) / C | 2 I / C |
//! | binary cross-entropy, -Σ (q log σ + (1 - q) log(1 - σ)) / C | (σ - q) / C | diag(σ (1 - σ)) / C |
//!
//! They are PyTorch's `CrossEntropyLoss`, `MSELoss` and `BCEWithLogitsLoss` with their default, the
//! mean: the last two are means over all elements.

mod objective;
mod sampling;
mod seeds;
mod targets;
mod value;

pub use objective::Objective;
pub use sampling::SplitMix64;
pub(crate) use seeds::{Seeds, softmax};
pub use targets::{IGNORED, Targets};
pub(crate) use value::softmax as softmax_of_row;

/// The loss of a row of logits, a convex function of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Softmax cross-entropy, of classes or of probabilities.
    CrossEntropy {
        /// The share ε of a target that is spread evenly over all classes: q becomes
        /// (1 - ε) q + ε / C.
        label_smoothing: f64,
    },
    /// The mean over the C logits of the squared difference to the target, with classes as one-hot
    /// targets.
    MeanSquaredError,
    /// The mean over the C logits of the cross-entropy between a logit's logistic function and its
    /// target in [0, 1].
    BinaryCrossEntropy,
}

impl Default for Loss {
    /// Softmax cross-entropy as it is.
    fn default() -> Self {
        Loss::CrossEntropy {
            label_smoothing: 0.0,
        }
    }
}

impl Loss {
    /// Whether a row's target is a class or a distribution over classes.
    pub(crate) fn is_cross_entropy(&self) -> bool {
        matches!(self, Loss::CrossEntropy { .. })
    }

    /// The name of the loss, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Loss::CrossEntropy { .. } => "cross-entropy",
            Loss::MeanSquaredError => "mean squared error",
            Loss::BinaryCrossEntropy => "binary cross-entropy",
        }
    }
}
