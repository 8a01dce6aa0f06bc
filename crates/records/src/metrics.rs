//! `metrics.jsonl`: losses and accuracies along a training, and the search for its learning rate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of `metrics.jsonl`: what was measured after an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EpochRecord {
    /// The epoch, counted from 1; 0 is the untrained network.
    pub epoch: usize,
    /// The learning rate it used; none at epoch 0.
    pub learning_rate: Option<f64>,
    /// Mean loss of the mini-batches as they were trained on; none at epoch 0.
    pub running_loss: Option<f64>,
    /// The training split, evaluated after the epoch; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<SplitRecord>,
    /// The test split, evaluated after the epoch; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<SplitRecord>,
}

impl EpochRecord {
    /// Both splits, if they were evaluated.
    pub fn evaluated(&self) -> Option<(SplitRecord, SplitRecord)> {
        self.train.zip(self.test)
    }
}

/// Loss and accuracy over one split.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SplitRecord {
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share of examples answered correctly, from 0 to 1.
    pub accuracy: f64,
    /// Share of examples whose class is among the five of the largest logits, from 0 to 1; only of many classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top5_accuracy: Option<f64>,
}

/// What a search for the learning rate found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchRecord {
    /// Epochs of each training of the search.
    pub epochs: usize,
    /// Epochs of the run.
    pub full_epochs: usize,
    /// The rate of the run.
    pub best: f64,
    /// The trainings, by ascending rate.
    pub trials: Vec<TrialRecord>,
}

/// One training of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialRecord {
    /// The initial learning rate.
    pub learning_rate: f64,
    /// The training split after the last epoch; none where the training diverged.
    pub train: Option<SplitRecord>,
    /// The test split after the last epoch.
    pub test: Option<SplitRecord>,
    /// The epoch in which the loss stopped being finite, where it did.
    pub diverged_in: Option<usize>,
}
