//! Where a training stands between two epochs.

use burn::module::Module;

use super::sgd::Sgd;
use crate::{
    checkpoint::{Checkpoint, CheckpointContent, Provenance},
    evaluation::EpochMetrics,
    networks::Network,
    settings::TrainConfig,
    state::StateError,
};

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
    /// A training that starts with the weights of `net`.
    pub fn start(net: Network, config: &TrainConfig) -> Self {
        Self {
            net: net.valid(),
            sgd: Sgd::new(config.momentum, config.weight_decay),
            epoch: 0,
            history: Vec::new(),
        }
    }

    /// A training that goes on from a checkpoint.
    pub(crate) fn of_checkpoint(checkpoint: Checkpoint) -> Result<Self, StateError> {
        let Checkpoint {
            info,
            net,
            momentum,
        } = checkpoint;
        let mut progress = Self::start(net, &info.train);
        progress.sgd.load(momentum)?;
        progress.epoch = info.epoch;
        progress.history = info.history;
        Ok(progress)
    }

    /// What its checkpoint is made of.
    pub fn checkpoint<'a>(
        &'a self,
        config: &'a TrainConfig,
        provenance: &'a Provenance,
    ) -> CheckpointContent<'a> {
        CheckpointContent {
            epoch: self.epoch,
            net: &self.net,
            momentum: self.sgd.state(),
            config,
            history: &self.history,
            provenance,
        }
    }
}
