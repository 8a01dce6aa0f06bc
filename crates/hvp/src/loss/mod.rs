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
mod of_row;
mod sampling;
mod seeds;
mod targets;
mod value;

pub use objective::Objective;
pub use of_row::Loss;
pub use sampling::SplitMix64;
pub(crate) use seeds::{Seeds, softmax};
pub use targets::{IGNORED, Targets};
pub(crate) use value::softmax as softmax_of_row;
