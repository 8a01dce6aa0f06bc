//! What a record is of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::precision::Precision;
use crate::split::Split;

/// One trained network over the examples of one split: the identity of what is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// SHA-256 of the settings that determine the run's training.
    pub run_sha256: String,
    /// The epoch of the checkpoint.
    pub epoch: usize,
    /// SHA-256 of the content of the checkpoint.
    pub checkpoint_sha256: String,
    /// The split the loss is the mean over.
    pub split: Split,
    /// SHA-256 of the images and labels of the split.
    pub data_sha256: String,
    /// The precision of the products.
    pub precision: Precision,
}

impl Subject {
    /// Split and epoch, as in the names of files.
    pub fn stem(&self) -> String {
        format!("{}-{:04}", self.split, self.epoch)
    }
}
