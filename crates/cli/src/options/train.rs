//! How to train.

use std::ops::Not;

use hesscope_study::settings::CheckpointEpochs;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::shared::SharedTrainOptions;
use super::value::count;

/// How to train: the table `train`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrainOptions {
    /// Passes over the training examples; 0 to measure given weights as they are [default: 20]
    #[arg(long, value_name = "N", value_parser = count)]
    epochs: Option<usize>,
    #[command(flatten)]
    #[serde(flatten)]
    shared: SharedTrainOptions,
    /// Epochs of each training of a search [default: all]
    #[arg(long, value_name = "N", value_parser = count)]
    search_epochs: Option<usize>,
    /// SGD momentum [default: 0.9]
    #[arg(long)]
    momentum: Option<f64>,
    /// Weight decay: the coefficient of the weights in the gradient [default: 0.0005]
    #[arg(long, value_name = "COEFFICIENT")]
    weight_decay: Option<f64>,
    /// Epochs over which the learning rate rises to its initial value [default: 0]
    #[arg(long, value_name = "N", value_parser = count)]
    warm_up_epochs: Option<usize>,
    /// Epochs whose weights are kept beside the first and the last: numbers separated by commas, `log` for ten spaced
    /// logarithmically, or `log:N` [default: none]
    #[arg(long, value_name = "EPOCHS")]
    checkpoint_epochs: Option<CheckpointEpochs>,
    /// Evaluate both splits after every N epochs, and where weights are kept [default: 1]
    #[arg(long, value_name = "N", value_parser = count)]
    eval_every: Option<usize>,
    /// Write the metrics also as an event file for TensorBoard
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    tensorboard: bool,
}
