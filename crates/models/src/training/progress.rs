//! Where a training stands between two epochs.

use std::path::Path;

use burn::{module::Module, tensor::Device};
use serde::{Deserialize, Serialize};

use crate::{
    checkpoint::{Checkpoint, CheckpointError, LAST_CHECKPOINT, load_checkpoint},
    config::NetConfig,
    error::ModelError,
    loss::Metrics,
    network::Network,
    sgd::Sgd,
    train_config::TrainConfig,
};

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
    /// [`eval_every`](TrainConfig::eval_every) leaves the epoch out.
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

/// A training between two epochs: all that determines how it goes on.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The network, on a device without autodiff.
    pub net: Network,
    /// The optimizer with its momentum buffers.
    pub sgd: Sgd,
    /// Epochs done.
    pub epoch: usize,
    /// The metrics of every epoch done, epoch 0 first; empty before anything was evaluated.
    pub history: Vec<EpochMetrics>,
}

impl Progress {
    /// The untrained network, initialised from the settings' seed.
    pub fn start(
        net: &NetConfig,
        input: [usize; 3],
        classes: usize,
        config: &TrainConfig,
        device: &Device,
    ) -> Result<Self, ModelError> {
        let device = device.clone().without_autodiff();
        let net = net.init(input, classes, config.seed, &device)?;
        Ok(Self::start_from(net, config))
    }

    /// A training that starts with the weights of `net`, such as imported ones.
    pub fn start_from(net: Network, config: &TrainConfig) -> Self {
        Self {
            net: net.valid(),
            sgd: Sgd::new(config.momentum, config.weight_decay),
            epoch: 0,
            history: Vec::new(),
        }
    }

    /// Where the training with its checkpoints in `dir` stands; `None` where it has not finished epoch 0.
    ///
    /// An error where the checkpoint is damaged or belongs to another network or other settings.
    pub fn resume(
        dir: &Path,
        net: &NetConfig,
        input: [usize; 3],
        classes: usize,
        config: &TrainConfig,
        device: &Device,
    ) -> Result<Option<Self>, CheckpointError> {
        let path = dir.join(LAST_CHECKPOINT);
        let Checkpoint {
            info,
            net: loaded,
            momentum,
        } = match load_checkpoint(&path, device) {
            Err(CheckpointError::Missing { .. }) => return Ok(None),
            other => other?,
        };
        info.require(&path, net, input, classes, config)?;
        let mut sgd = Sgd::new(config.momentum, config.weight_decay);
        sgd.load(momentum, device)
            .map_err(|source| CheckpointError::State { path, source })?;
        Ok(Some(Self {
            net: loaded.valid(),
            sgd,
            epoch: info.epoch,
            history: info.history,
        }))
    }
}
