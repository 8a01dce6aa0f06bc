//! What is recorded of an epoch.

use serde::{Deserialize, Serialize};

use super::metrics::Metrics;

/// What was measured at the end of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// The epoch, counted from 1; 0 is the untrained network.
    pub epoch: usize,
    /// The learning rate it used; none at epoch 0.
    pub learning_rate: Option<f64>,
    /// Mean loss of the mini-batches as they were trained on (BatchNorm on batch statistics); none at epoch 0.
    pub running_loss: Option<f64>,
    /// The training split, evaluated after the epoch with running statistics; none where the settings'
    /// [`eval_every`](crate::TrainConfig::eval_every) leaves the epoch out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<Metrics>,
    /// The test split, evaluated likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Metrics>,
}

/// How long an epoch took. It is no part of a checkpoint, which would differ from run to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochTiming {
    /// The epoch; 0 is the evaluation of the untrained network.
    pub epoch: usize,
    /// Examples trained on.
    pub examples: usize,
    /// Seconds of training, reading the data included; 0 at epoch 0.
    pub training_seconds: f64,
    /// Seconds of evaluating both splits; none where they were not.
    pub evaluation_seconds: Option<f64>,
}

impl EpochTiming {
    /// Examples trained on in a second; none at epoch 0.
    pub fn examples_per_second(&self) -> Option<f64> {
        (self.examples > 0 && self.training_seconds > 0.0)
            .then(|| self.examples as f64 / self.training_seconds)
    }
}
