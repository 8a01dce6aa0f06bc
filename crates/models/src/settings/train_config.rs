//! The settings of a training.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    schedule::Schedule,
    setting_error::{SettingError, require},
};

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
    /// SGD momentum, in `[0, 1)`.
    pub momentum: f64,
    /// Weight decay: the gradient gets this times the weights.
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
    /// Most epochs of a training: the header of a checkpoint, which has the metrics of every epoch, holds no more.
    pub const MOST_EPOCHS: usize = 100_000;

    /// Whether the weights after `epoch` are kept.
    pub fn keeps(&self, epoch: usize) -> bool {
        epoch == 0 || epoch == self.epochs || self.checkpoint_epochs.contains(&epoch)
    }

    /// Whether both splits are evaluated after `epoch`.
    pub fn evaluates(&self, epoch: usize) -> bool {
        self.keeps(epoch) || epoch.is_multiple_of(self.eval_every)
    }

    /// How many of the epochs from `from` to the last are [evaluated](Self::evaluates).
    pub fn evaluations(&self, from: usize) -> usize {
        if from > self.epochs {
            return 0;
        }
        let up_to = |epochs: usize| epochs / self.eval_every + 1;
        let regular = up_to(self.epochs) - from.checked_sub(1).map_or(0, up_to);
        let others = self.checkpoint_epochs.iter().copied().chain([self.epochs]);
        let others: BTreeSet<usize> = others
            .filter(|epoch| (from..=self.epochs).contains(epoch))
            .filter(|epoch| !epoch.is_multiple_of(self.eval_every))
            .collect();
        regular + others.len()
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
    pub fn check(&self) -> Result<(), SettingError> {
        let (batch, rate, every) = (self.batch_size, self.learning_rate, self.eval_every);
        let (momentum, decay, warm_up) = (self.momentum, self.weight_decay, self.warm_up_epochs);
        let few = self.epochs <= Self::MOST_EPOCHS;
        require(few, "epochs", self.epochs, "at most 100000")?;
        require(batch > 0, "batch-size", batch, "at least 1")?;
        let positive = rate.is_finite() && rate > 0.0;
        require(positive, "learning-rate", rate, "a positive number")?;
        let below_one = (0.0..1.0).contains(&momentum);
        require(below_one, "momentum", momentum, "at least 0 and below 1")?;
        let not_negative = decay.is_finite() && decay >= 0.0;
        require(not_negative, "weight-decay", decay, "at least 0 and finite")?;
        let short = warm_up == 0 || warm_up < self.epochs;
        let rule = "below the number of epochs";
        require(short, "warm-up-epochs", warm_up, rule)?;
        require(every > 0, "eval-every", every, "at least 1")?;
        let rule = "at most the number of epochs";
        for &epoch in &self.checkpoint_epochs {
            require(epoch <= self.epochs, "checkpoint-epochs", epoch, rule)?;
        }
        self.schedule.check(self.epochs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluations_are_counted_as_they_are_made() {
        for epochs in [0, 1, 7, 12] {
            for eval_every in [1, 2, 5, 100] {
                for checkpoint_epochs in [vec![], vec![3], vec![1, 4, 4, 6]] {
                    let config = TrainConfig {
                        epochs,
                        eval_every,
                        checkpoint_epochs,
                        ..TrainConfig::default()
                    };
                    for from in 0..14 {
                        let each = (from..=epochs).filter(|&epoch| config.evaluates(epoch));
                        assert_eq!(config.evaluations(from), each.count(), "{config:?} {from}");
                    }
                }
            }
        }
    }

    #[test]
    fn epochs_that_no_checkpoint_records_are_refused() {
        let check = |epochs| {
            let config = TrainConfig {
                epochs,
                ..TrainConfig::default()
            };
            config.check().map_err(|error| error.to_string())
        };
        assert_eq!(check(TrainConfig::MOST_EPOCHS), Ok(()));
        for epochs in [TrainConfig::MOST_EPOCHS + 1, usize::MAX] {
            let error = check(epochs).expect_err("too many");
            assert_eq!(
                error,
                format!(
                    "the training setting `epochs` is {epochs} but must be at most 100000: change it"
                )
            );
        }
    }
}
