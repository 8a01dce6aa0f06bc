//! The settings of a training.

use serde::{Deserialize, Serialize};

use crate::{schedule::Schedule, train::TrainError};

/// The settings of a training. Two runs with equal settings on equal data end with equal weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrainConfig {
    /// Passes over the training split.
    pub epochs: usize,
    /// Examples in a mini-batch; the last of an epoch may hold fewer.
    pub batch_size: usize,
    /// Learning rate of the first epoch.
    pub learning_rate: f64,
    /// Share of the last step kept in the next, in `[0, 1)`.
    pub momentum: f64,
    /// Coefficient of the squared weights' gradient, added to the loss's.
    pub weight_decay: f64,
    /// How the learning rate changes.
    pub schedule: Schedule,
    /// Seed of the initial weights and of the order of the batches.
    pub seed: u64,
    /// Epochs after which the weights are kept, besides 0 and the last.
    pub checkpoint_epochs: Vec<usize>,
}

impl Default for TrainConfig {
    /// The papers' recipe where they give one: momentum 0.9, weight decay 5e-4, batch 128, steps;
    /// 20 epochs at 0.02, at which `small-cnn` learns both MNIST and the synthetic digits.
    fn default() -> Self {
        Self {
            epochs: 20,
            batch_size: 128,
            learning_rate: 0.02,
            momentum: 0.9,
            weight_decay: 5e-4,
            schedule: Schedule::Step,
            seed: 0,
            checkpoint_epochs: Vec::new(),
        }
    }
}

impl TrainConfig {
    /// Whether the weights after `epoch` are kept.
    pub fn keeps(&self, epoch: usize) -> bool {
        epoch == 0 || epoch == self.epochs || self.checkpoint_epochs.contains(&epoch)
    }

    /// Checks that every value is in its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let late = self
            .checkpoint_epochs
            .iter()
            .find(|&&epoch| epoch > self.epochs);
        let wrong = if self.batch_size == 0 {
            Some(("batch-size", "0".to_owned(), "at least 1"))
        } else if !positive(self.learning_rate) {
            Some((
                "learning-rate",
                self.learning_rate.to_string(),
                "a positive number",
            ))
        } else if !(0.0..1.0).contains(&self.momentum) {
            Some((
                "momentum",
                self.momentum.to_string(),
                "at least 0 and below 1",
            ))
        } else if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            Some((
                "weight-decay",
                self.weight_decay.to_string(),
                "at least 0 and finite",
            ))
        } else {
            late.map(|epoch| {
                (
                    "checkpoint-epochs",
                    epoch.to_string(),
                    "at most the number of epochs",
                )
            })
        };
        match wrong {
            Some((field, value, rule)) => Err(TrainError::Setting { field, value, rule }),
            None => Ok(()),
        }
    }
}
