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
    /// Epochs at the start over which the learning rate rises to its initial value.
    #[serde(skip_serializing_if = "is_zero")]
    pub warm_up_epochs: usize,
    /// Seed of the initial weights, and of the order of the batches unless that has its own.
    pub seed: u64,
    /// Seed of the order of the batches and of random changes made to their images; `seed` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_seed: Option<u64>,
    /// Epochs after which the weights are kept, besides 0 and the last.
    pub checkpoint_epochs: Vec<usize>,
    /// Both splits are evaluated after every so many epochs, and besides at epoch 0, after the last, and whenever the
    /// weights are kept.
    #[serde(skip_serializing_if = "is_one")]
    pub eval_every: usize,
}

// What has its default is not written, so that checkpoints are those of earlier versions byte for byte.
fn is_zero(n: &usize) -> bool {
    *n == 0
}

fn is_one(n: &usize) -> bool {
    *n == 1
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
            schedule: Schedule::default(),
            warm_up_epochs: 0,
            seed: 0,
            order_seed: None,
            checkpoint_epochs: Vec::new(),
            eval_every: 1,
        }
    }
}

impl TrainConfig {
    /// Whether the weights after `epoch` are kept.
    pub fn keeps(&self, epoch: usize) -> bool {
        epoch == 0 || epoch == self.epochs || self.checkpoint_epochs.contains(&epoch)
    }

    /// Whether both splits are evaluated after `epoch`.
    pub fn evaluates(&self, epoch: usize) -> bool {
        self.keeps(epoch) || epoch.is_multiple_of(self.eval_every)
    }

    /// The learning rate of `epoch`, counted from 1.
    pub fn rate(&self, epoch: usize) -> f64 {
        let Self {
            learning_rate,
            epochs,
            warm_up_epochs,
            ..
        } = *self;
        self.schedule
            .rate(learning_rate, epoch, epochs, warm_up_epochs)
    }

    /// Checks that every value is in its range.
    pub fn check(&self) -> Result<(), TrainError> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let late = self.checkpoint_epochs.iter().find(|&&e| e > self.epochs);
        let wrong = if self.batch_size == 0 {
            Some(("batch-size", "0".to_owned(), "at least 1"))
        } else if !positive(self.learning_rate) {
            let value = self.learning_rate.to_string();
            Some(("learning-rate", value, "a positive number"))
        } else if !(0.0..1.0).contains(&self.momentum) {
            let value = self.momentum.to_string();
            Some(("momentum", value, "at least 0 and below 1"))
        } else if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            let value = self.weight_decay.to_string();
            Some(("weight-decay", value, "at least 0 and finite"))
        } else if self.warm_up_epochs > 0 && self.warm_up_epochs >= self.epochs {
            let value = self.warm_up_epochs.to_string();
            Some(("warm-up-epochs", value, "below the number of epochs"))
        } else if self.eval_every == 0 {
            Some(("eval-every", "0".to_owned(), "at least 1"))
        } else if let Some(epoch) = late {
            let rule = "at most the number of epochs";
            Some(("checkpoint-epochs", epoch.to_string(), rule))
        } else {
            self.schedule.wrong(self.epochs)
        };
        match wrong {
            Some((field, value, rule)) => Err(TrainError::Setting { field, value, rule }),
            None => Ok(()),
        }
    }
}
