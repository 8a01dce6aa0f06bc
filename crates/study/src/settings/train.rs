//! The table `train` of the settings, and its flags.

use hesscope_models::{Schedule, SettingError, TrainConfig};
use serde::{Deserialize, Serialize};

use super::checkpoint_epochs::CheckpointEpochs;
use super::learning_rate::LearningRate;
use super::seeds::Seeds;
use crate::error::StudyError;

/// The table `train`.
// What came later and has its default is not written: the hash of the settings stays that of earlier versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrainSettings {
    /// Passes over the training examples.
    pub epochs: usize,
    /// Examples in a mini-batch.
    pub batch_size: usize,
    /// Learning rate of the first epoch behind the warm-up, or a search for it.
    pub learning_rate: LearningRate,
    /// Epochs of each training of a search; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_epochs: Option<usize>,
    /// SGD momentum: the share of the last step that the next one keeps.
    pub momentum: f64,
    /// Coefficient of the weights in the gradient.
    pub weight_decay: f64,
    /// How the rate changes.
    pub schedule: Schedule,
    /// Epochs over which the rate rises to its initial value.
    #[serde(skip_serializing_if = "is_default_warm_up")]
    pub warm_up_epochs: usize,
    /// Epochs whose weights are kept, beside the first and the last.
    pub checkpoint_epochs: CheckpointEpochs,
    /// Both splits are evaluated after every so many epochs, at epoch 0, after the last, and where the weights are kept.
    #[serde(skip_serializing_if = "is_default_eval_every")]
    pub eval_every: usize,
    /// Whether the metrics are also written for TensorBoard; no part of what determines the weights.
    #[serde(skip_serializing_if = "is_false")]
    pub tensorboard: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_default_warm_up(epochs: &usize) -> bool {
    *epochs == TrainConfig::default().warm_up_epochs
}

fn is_default_eval_every(epochs: &usize) -> bool {
    *epochs == TrainConfig::default().eval_every
}

impl Default for TrainSettings {
    fn default() -> Self {
        let TrainConfig {
            epochs,
            batch_size,
            learning_rate,
            momentum,
            weight_decay,
            schedule,
            warm_up_epochs,
            seed: _,
            order_seed: _,
            checkpoint_epochs,
            eval_every,
        } = TrainConfig::default();
        TrainSettings {
            epochs,
            batch_size,
            learning_rate: LearningRate::Fixed(learning_rate),
            search_epochs: None,
            momentum,
            weight_decay,
            schedule,
            warm_up_epochs,
            checkpoint_epochs: CheckpointEpochs::List(checkpoint_epochs),
            eval_every,
            tensorboard: false,
        }
    }
}

impl TrainSettings {
    /// The settings of the training; where the rate is searched for, with the first of those to try in its place.
    pub fn config(&self, seeds: Seeds) -> Result<TrainConfig, SettingError> {
        let rates = self.learning_rate.rates()?;
        Ok(TrainConfig {
            epochs: self.epochs,
            batch_size: self.batch_size,
            learning_rate: rates.first().copied().unwrap_or(f64::NAN),
            momentum: self.momentum,
            weight_decay: self.weight_decay,
            schedule: self.schedule.clone(),
            warm_up_epochs: self.warm_up_epochs,
            seed: seeds.weights,
            order_seed: (seeds.order != seeds.weights).then_some(seeds.order),
            // Of more than are allowed, which are refused, there is no list.
            checkpoint_epochs: self
                .checkpoint_epochs
                .of(self.epochs.min(TrainConfig::MOST_EPOCHS)),
            eval_every: self.eval_every,
        })
    }

    /// Checks every value.
    pub fn check(&self, seeds: Seeds) -> Result<(), StudyError> {
        self.config(seeds)?.check()?;
        match self.search_epochs {
            Some(_) if !self.learning_rate.is_search() => Err(StudyError::setting(
                "search-epochs is given, but the learning rate is not searched for: set the learning rate to \
                 \"search\", or leave search-epochs out",
            )),
            Some(epochs) if epochs <= self.warm_up_epochs || epochs > self.epochs => {
                Err(StudyError::setting(format!(
                    "the training setting `search-epochs` is {epochs} but must be above the {} epochs of the warm-up \
                     and at most the {} of the training: change it",
                    self.warm_up_epochs, self.epochs
                )))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::seeds::SeedChoices;

    fn read(text: &str) -> Result<TrainSettings, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn every_form_is_read_and_written_back() {
        let seeds = SeedChoices::default().resolve(0);
        for text in [
            "",
            "learning-rate = 0.5",
            "learning-rate = 1",
            "learning-rate = \"search\"\nsearch-epochs = 3",
            "learning-rate = { lowest = 0.001, highest = 1, points-per-decade = 2 }",
            "schedule = \"cosine\"\nwarm-up-epochs = 2",
            "schedule = { name = \"step\", milestones = [3, 6], factor = 0.2 }",
            "checkpoint-epochs = [1, 5]",
            "checkpoint-epochs = \"log\"",
            "checkpoint-epochs = { log = 4 }",
            "eval-every = 5\ntensorboard = true",
        ] {
            let settings = read(text).expect(text);
            settings.check(seeds).expect(text);
            let written = toml::to_string(&settings).expect("TOML");
            assert_eq!(read(&written), Ok(settings), "{text}: {written}");
        }
    }

    #[test]
    fn the_defaults_are_written_as_they_always_were() {
        assert_eq!(
            toml::to_string(&TrainSettings::default()).expect("TOML"),
            "epochs = 20\nbatch-size = 128\nlearning-rate = 0.02\nmomentum = 0.9\nweight-decay = 0.0005\n\
             schedule = \"step\"\ncheckpoint-epochs = []\n"
        );
    }

    #[test]
    fn bad_values_are_refused_in_words() {
        for (text, part) in [
            ("learning-rate = \"find\"", "cannot be `find`"),
            ("learning-rate = true", "a number, \"search\", or a table"),
            ("learning-rate = { low = 1 }", "low"),
            ("checkpoint-epochs = \"often\"", "`often`"),
            ("checkpoint-epochs = { log = 0 }", "at least 1"),
            (
                "checkpoint-epochs = 5",
                "a list of epochs, \"log\", or a table",
            ),
            ("schedule = \"linear\"", "unknown schedule `linear`"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
        let seeds = SeedChoices::default().resolve(0);
        for (text, part) in [
            ("epochs = 9223372036854775807", "at most 100000"),
            (
                "epochs = 9223372036854775807\ncheckpoint-epochs = { log = 9223372036854775806 }",
                "`epochs` is 9223372036854775807",
            ),
            ("search-epochs = 3", "not searched for"),
            (
                "learning-rate = \"search\"\nsearch-epochs = 21",
                "is 21 but",
            ),
            (
                "learning-rate = \"search\"\nsearch-epochs = 2\nwarm-up-epochs = 2",
                "is 2 but must be above the 2",
            ),
            ("learning-rate = { lowest = 1 }", "`highest` is 0.1 "),
        ] {
            let error = read(text).expect(text).check(seeds).expect_err(text);
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
    }
}
