//! The training loop.

use std::{fs, path::Path, time::Instant};

use burn::{module::Module, tensor::Device};
use thiserror::Error;

use crate::{
    batch_norm::BnMode,
    checkpoint::{CheckpointError, LAST_CHECKPOINT, checkpoint_path, save_to},
    data::{BatchError, BatchSource, check_split},
    error::ModelError,
    loss::{Metrics, cross_entropy, evaluate_until},
    network::Network,
    progress::{EpochMetrics, EpochTiming, Progress},
    train_config::TrainConfig,
};

/// A training that did not reach its end. What was saved stays and can be resumed from.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A setting out of its range.
    #[error("the training setting `{field}` is {value} but must be {rule}: change it")]
    Setting {
        /// The configuration key.
        field: &'static str,
        /// Its value.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// The loss is no longer a finite number.
    #[error(
        "training diverged in epoch {epoch}, where the loss became {loss}: lower the learning rate, now {learning_rate}; earlier checkpoints are kept"
    )]
    Diverged {
        /// The epoch in which it happened.
        epoch: usize,
        /// The loss.
        loss: f64,
        /// The initial learning rate of the settings.
        learning_rate: f64,
    },
    /// The observer asked to stop.
    #[error(
        "training was interrupted in epoch {epoch}: run the same command again and it continues from the last complete epoch"
    )]
    Interrupted {
        /// The epoch that was not finished.
        epoch: usize,
    },
    /// A batch too small to normalise.
    #[error(
        "with {examples} examples and batch size {batch_size} a batch of {size} remains, too small for batch normalization: choose another batch size"
    )]
    SmallBatch {
        /// Examples in the training split.
        examples: usize,
        /// The batch size.
        batch_size: usize,
        /// Examples in the smallest batch.
        size: usize,
    },
    /// The data do not fit.
    #[error(transparent)]
    Data(#[from] BatchError),
    /// The network cannot be built.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A checkpoint could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

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
    /// How long an epoch took; comes before its [`epoch_done`](Self::epoch_done).
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
    /// Asked before every mini-batch; `true` ends the training with [`TrainError::Interrupted`].
    fn interrupted(&self) -> bool {
        false
    }
}

/// Watches in silence.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentObserver;

impl TrainObserver for SilentObserver {}

/// Trains from `progress` to the last epoch of `config`, keeping checkpoints in `dir`, and returns the end.
///
/// `progress` comes from [`Progress::resume`] or, where that finds nothing, [`Progress::start`], with the same settings.
/// Epoch 0, the untrained network, is evaluated and kept too. After every epoch `last.safetensors` is rewritten; a run
/// killed anywhere and resumed repeats the unfinished epoch, and on flex ends with the undisturbed run's weights bit
/// for bit, for the order of the batches depends on `(seed, epoch)` alone.
pub fn train(
    progress: Progress,
    config: &TrainConfig,
    train_split: &dyn BatchSource,
    test_split: &dyn BatchSource,
    dir: &Path,
    device: &Device,
    observer: &mut dyn TrainObserver,
) -> Result<Progress, TrainError> {
    config.check()?;
    let (input, classes) = (progress.net.input(), progress.net.classes());
    check_split(train_split, "training", input, classes)?;
    check_split(test_split, "test", input, classes)?;
    check_smallest_batch(&progress.net, train_split.len(), config.batch_size)?;
    fs::create_dir_all(dir).map_err(|source| CheckpointError::Write {
        path: dir.to_path_buf(),
        source,
    })?;
    let mut run = Run {
        progress,
        config,
        train_split,
        test_split,
        dir,
        device,
    };
    observer.started(&run.progress.history, config.epochs);
    if run.progress.history.is_empty() {
        run.finish_epoch(0, None, observer)?;
    }
    for epoch in run.progress.epoch + 1..=config.epochs {
        let rate = config.rate(epoch);
        let trained = run.epoch(epoch, rate, observer)?;
        run.finish_epoch(epoch, Some(trained), observer)?;
    }
    Ok(run.progress)
}

fn check_smallest_batch(
    net: &Network,
    examples: usize,
    batch_size: usize,
) -> Result<(), TrainError> {
    let size = match examples % batch_size {
        0 => batch_size,
        rest => rest,
    };
    if size < net.smallest_training_batch() {
        return Err(TrainError::SmallBatch {
            examples,
            batch_size,
            size,
        });
    }
    Ok(())
}

struct Run<'a> {
    progress: Progress,
    config: &'a TrainConfig,
    train_split: &'a dyn BatchSource,
    test_split: &'a dyn BatchSource,
    dir: &'a Path,
    device: &'a Device,
}

/// One pass over the training split.
struct Trained {
    rate: f64,
    /// Mean loss of the examples as they were trained on.
    running_loss: f64,
    examples: usize,
    seconds: f64,
}

impl Run<'_> {
    /// One pass over the training split.
    fn epoch(
        &mut self,
        epoch: usize,
        rate: f64,
        observer: &mut dyn TrainObserver,
    ) -> Result<Trained, TrainError> {
        let start = Instant::now();
        let batch_size = self.config.batch_size;
        let seed = self.config.order_seed.unwrap_or(self.config.seed);
        observer.epoch_started(epoch, self.train_split.len().div_ceil(batch_size), rate);
        let device = self.device.clone().autodiff();
        let mut net = self.progress.net.clone().train();
        let (input, classes, dtype) = (net.input(), net.classes(), net.dtype());
        let (mut sum, mut count) = (0.0, 0usize);
        for (k, batch) in self
            .train_split
            .shuffled(batch_size, seed, epoch)
            .enumerate()
        {
            if observer.interrupted() {
                return Err(TrainError::Interrupted { epoch });
            }
            let batch = batch?;
            batch.check(input, classes)?;
            let (images, labels) = batch.into_parts(input, &device, dtype);
            let loss = cross_entropy(net.forward(images, BnMode::Train), &labels);
            let mut gradients = loss.backward();
            let loss = self.finite(epoch, loss.into_scalar::<f64>())?;
            net = self.progress.sgd.step(net, &mut gradients, rate);
            sum += loss * labels.len() as f64;
            count += labels.len();
            observer.batch_done(epoch, k + 1, loss);
        }
        self.progress.net = net.valid();
        Ok(Trained {
            rate,
            running_loss: sum / count as f64,
            examples: count,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// Evaluates both splits if it is time to, records the epoch and saves it.
    fn finish_epoch(
        &mut self,
        epoch: usize,
        trained: Option<Trained>,
        observer: &mut dyn TrainObserver,
    ) -> Result<(), TrainError> {
        let start = Instant::now();
        let (mut train, mut test) = (None, None);
        if self.config.evaluates(epoch) {
            train = Some(self.evaluate(epoch, self.train_split, observer)?);
            test = Some(self.evaluate(epoch, self.test_split, observer)?);
        }
        let timing = EpochTiming {
            epoch,
            examples: trained.as_ref().map_or(0, |trained| trained.examples),
            training_seconds: trained.as_ref().map_or(0.0, |trained| trained.seconds),
            evaluation_seconds: train.map(|_| start.elapsed().as_secs_f64()),
        };
        let metrics = EpochMetrics {
            epoch,
            learning_rate: trained.as_ref().map(|trained| trained.rate),
            running_loss: trained.map(|trained| trained.running_loss),
            train,
            test,
        };
        self.progress.epoch = epoch;
        self.progress.history.push(metrics.clone());
        let last = self.dir.join(LAST_CHECKPOINT);
        if self.config.keeps(epoch) {
            // The kept file first: once `last` says that the epoch is done, it is not repeated.
            let kept = checkpoint_path(self.dir, epoch);
            save_to(&[&kept, &last], &self.progress, self.config)?;
            observer.checkpoint_saved(epoch, &kept);
        } else {
            save_to(&[&last], &self.progress, self.config)?;
        }
        observer.epoch_timed(&timing);
        observer.epoch_done(&metrics);
        Ok(())
    }

    fn evaluate(
        &self,
        epoch: usize,
        split: &dyn BatchSource,
        observer: &dyn TrainObserver,
    ) -> Result<Metrics, TrainError> {
        let stop = || observer.interrupted();
        let metrics = evaluate_until(
            &self.progress.net,
            split,
            self.config.batch_size,
            self.device,
            &stop,
        )?;
        let metrics = metrics.ok_or(TrainError::Interrupted { epoch })?;
        self.finite(epoch, metrics.loss)?;
        Ok(metrics)
    }

    fn finite(&self, epoch: usize, loss: f64) -> Result<f64, TrainError> {
        if loss.is_finite() {
            return Ok(loss);
        }
        Err(TrainError::Diverged {
            epoch,
            loss,
            learning_rate: self.config.learning_rate,
        })
    }
}
