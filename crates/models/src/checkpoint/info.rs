//! What a checkpoint says of itself.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::{CheckpointError, Mismatch};
use crate::{
    evaluation::EpochMetrics,
    networks::NetConfig,
    settings::{TrainConfig, difference},
};

/// The run and the data that a checkpoint comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// SHA-256 of the run's training settings.
    pub run_sha256: String,
    /// Fingerprint of the training data.
    pub train_sha256: String,
    /// Fingerprint of the test data.
    pub test_sha256: String,
}

/// What a checkpoint says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointInfo {
    /// Format version.
    pub format: u32,
    /// Epochs done.
    pub epoch: usize,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The network and its options.
    pub net: NetConfig,
    /// Shape of one image: channels, height, width.
    pub input: [usize; 3],
    /// The number of classes.
    pub classes: usize,
    /// The settings of the training.
    pub train: TrainConfig,
    /// The metrics of every epoch done, epoch 0 first.
    pub history: Vec<EpochMetrics>,
    /// SHA-256 in hexadecimal of the other fields and all tensors: the checkpoint's identity.
    #[serde(skip)]
    pub sha256: String,
}

impl CheckpointInfo {
    /// Checks that the checkpoint comes from this run and these data.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::OtherRun`], [`CheckpointError::OtherTrainingData`] or [`CheckpointError::OtherTestData`], the
    /// first that applies.
    pub fn check(&self, wanted: &Provenance) -> Result<(), CheckpointError> {
        let stored = &self.provenance;
        type Other = fn(Mismatch) -> CheckpointError;
        let parts: [(&String, &String, Other); 3] = [
            (
                &stored.run_sha256,
                &wanted.run_sha256,
                CheckpointError::OtherRun,
            ),
            (
                &stored.train_sha256,
                &wanted.train_sha256,
                CheckpointError::OtherTrainingData,
            ),
            (
                &stored.test_sha256,
                &wanted.test_sha256,
                CheckpointError::OtherTestData,
            ),
        ];
        for (found, wanted, other) in parts {
            if found != wanted {
                return Err(other(Mismatch {
                    epoch: self.epoch,
                    found: found.clone(),
                    wanted: wanted.clone(),
                }));
            }
        }
        Ok(())
    }

    /// Checks that the checkpoint at `path` belongs to this network and these settings; names the first that differs.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Settings`].
    pub fn check_settings(
        &self,
        path: &Path,
        net: &NetConfig,
        input: [usize; 3],
        classes: usize,
        config: &TrainConfig,
    ) -> Result<(), CheckpointError> {
        let tree = |net: &NetConfig, input: [usize; 3], classes: usize, train: &TrainConfig| serde_json::json!({"net": net, "input": input, "classes": classes, "train": train});
        let stored = tree(&self.net, self.input, self.classes, &self.train);
        let wanted = tree(net, input, classes, config);
        for group in ["net", "input", "classes", "train"] {
            if let Some((field, stored, wanted)) = difference(group, &stored[group], &wanted[group])
            {
                return Err(CheckpointError::Settings {
                    path: path.to_path_buf(),
                    field,
                    stored,
                    wanted,
                });
            }
        }
        Ok(())
    }
}
