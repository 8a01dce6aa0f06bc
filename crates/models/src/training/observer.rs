//! Following a training.

use std::path::Path;

use crate::evaluation::{EpochMetrics, EpochTiming};

/// Follows a training, and may stop it. Every method has an empty default.
pub trait TrainObserver {
    /// Training starts or goes on; `history` has the metrics of every epoch already done. A file of metrics should be
    /// rewritten from it: it is what the checkpoint knows, so that no line is lost or doubled by a kill.
    fn started(&mut self, history: &[EpochMetrics], epochs: usize) {
        let _ = (history, epochs);
    }
    /// An epoch of `batches` mini-batches starts.
    fn epoch_started(&mut self, epoch: usize, batches: usize, learning_rate: f64) {
        let _ = (epoch, batches, learning_rate);
    }
    /// Mini-batch `batch` (counted from 1) of an epoch was trained on; its mean loss was `loss`.
    fn batch_done(&mut self, epoch: usize, batch: usize, loss: f64) {
        let _ = (epoch, batch, loss);
    }
    /// How long an epoch took; comes before its checkpoint is saved, and before [`epoch_done`](Self::epoch_done).
    fn epoch_timed(&mut self, timing: &EpochTiming) {
        let _ = timing;
    }
    /// An epoch is complete, evaluated if the settings ask for it, and safely in the last checkpoint.
    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        let _ = metrics;
    }
    /// The weights after `epoch` were kept in `path`.
    fn checkpoint_saved(&mut self, epoch: usize, path: &Path) {
        let _ = (epoch, path);
    }
    /// Asked before every mini-batch and before an epoch is saved; `true` ends the training with [`TrainError::Interrupted`](crate::TrainError::Interrupted).
    fn interrupted(&self) -> bool {
        false
    }
}

/// Watches in silence.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentObserver;

impl TrainObserver for SilentObserver {}
