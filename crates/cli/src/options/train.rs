//! How to train.

use std::ops::Not;

use hesscope_study::settings::{CheckpointEpochs, LearningRate};
use serde::Serialize;

use super::value::schedule_name;

/// How to train: the table `train`.
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainOptions {
    /// Passes over the training examples [default: 20]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<usize>,
    /// Examples in a mini-batch of training [default: 128]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<usize>,
    /// Learning rate of the first epoch, or `search` to train at each of ten from 0.0001 to 0.1 and keep the one of the
    /// lowest final training loss [default: 0.02]
    #[arg(long, value_name = "RATE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<LearningRate>,
    /// Epochs of each training of a search [default: all]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_epochs: Option<usize>,
    /// SGD momentum [default: 0.9]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentum: Option<f64>,
    /// Weight decay: the coefficient of the weights in the gradient [default: 0.0005]
    #[arg(long, value_name = "COEFFICIENT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<f64>,
    /// Schedule of the learning rate: step, cosine, constant [default: step]
    #[arg(long, value_name = "NAME", value_parser = schedule_name)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Epochs over which the learning rate rises to its initial value [default: 0]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_up_epochs: Option<usize>,
    /// Epochs whose weights are kept beside the first and the last: numbers separated by commas, `log` for ten spaced
    /// logarithmically, or `log:N`
    #[arg(long, value_name = "EPOCHS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_epochs: Option<CheckpointEpochs>,
    /// Evaluate both splits after every N epochs, and where weights are kept [default: 1]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eval_every: Option<usize>,
    /// Write the metrics also as an event file for TensorBoard
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    pub tensorboard: bool,
}
