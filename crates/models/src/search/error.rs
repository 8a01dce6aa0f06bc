//! What can end a search without a learning rate.

use std::path::PathBuf;

use thiserror::Error;

use crate::{checkpoint::CheckpointError, training::TrainError};

/// A search that found no learning rate. The trials that were finished stay and are not repeated.
#[derive(Debug, Error)]
pub enum SearchError {
    /// Every rate was too high.
    #[error(
        "training diverged at every learning rate from {lowest} to {highest}: search among lower ones"
    )]
    AllDiverged {
        /// The lowest rate tried.
        lowest: f64,
        /// The highest rate tried.
        highest: f64,
    },
    /// The table of the search cannot be read.
    #[error("the table of the search {} does not read ({reason}): delete it, and what its folder `search` holds is used again", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A trial could not be made.
    #[error(transparent)]
    Train(#[from] TrainError),
}

impl From<CheckpointError> for SearchError {
    fn from(error: CheckpointError) -> Self {
        Self::Train(error.into())
    }
}
