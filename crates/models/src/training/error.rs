//! What can end a training early.

use hesscope_hvp::HvpError;
use thiserror::Error;

use crate::{
    checkpoint::CheckpointError, evaluation::BatchError, networks::ModelError,
    settings::SettingError,
};

/// A training that did not reach its end. What was saved stays and can be resumed from.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A setting out of its range.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The loss is no longer a finite number.
    #[error(
        "training diverged in epoch {epoch}, where the loss became {loss}: lower the learning rate, now {learning_rate}; earlier checkpoints are kept"
    )]
    Diverged {
        /// The epoch in which it happened.
        epoch: usize,
        /// The loss.
        loss: f64,
        /// The initial learning rate of the settings.
        learning_rate: f64,
    },
    /// The weights that training starts from have a loss that is no finite number.
    #[error(
        "the weights of epoch 0 have a loss of {loss}, which is no finite number, so that there is nothing to train or to analyse: start from other weights"
    )]
    Unsound {
        /// The loss.
        loss: f64,
    },
    /// The observer asked to stop.
    #[error(
        "training was interrupted in epoch {epoch}: run the same command again and it continues from the last complete epoch"
    )]
    Interrupted {
        /// The epoch that was not finished.
        epoch: usize,
    },
    /// A batch too small to normalise.
    #[error(
        "with {examples} examples and batch size {batch_size} a batch of {size} remains, too small for batch normalization: choose another batch size"
    )]
    SmallBatch {
        /// Examples in the training split.
        examples: usize,
        /// The batch size.
        batch_size: usize,
        /// Examples in the smallest batch.
        size: usize,
    },
    /// A share of a batch too small to normalise.
    #[error(
        "a batch of {size} examples shared among {ranks} ranks leaves {share} for one, too few for batch normalization: choose a larger batch size, or fewer ranks"
    )]
    SmallShare {
        /// Examples in the smallest batch.
        size: usize,
        /// The ranks.
        ranks: usize,
        /// Examples of the smallest share.
        share: usize,
    },
    /// Another of the ranks that share the batches failed.
    #[error(transparent)]
    Rank(#[from] hesscope_ranks::RankError),
    /// The data do not fit.
    #[error(transparent)]
    Data(#[from] BatchError),
    /// The network cannot be built.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A checkpoint could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A step could not be computed.
    #[error(transparent)]
    Step(#[from] HvpError),
    /// A fault of this program.
    #[error("a fault of this program, please report it: {0}")]
    Fault(String),
}
