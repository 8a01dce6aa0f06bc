//! The training loop.

use std::{collections::VecDeque, path::Path, time::Instant};

use burn::tensor::Device;
use hesscope_hvp::MeanLoss;

use super::{
    company::Company, error::TrainError, observer::TrainObserver, progress::Progress,
    trainer::Trainer,
};
use crate::{
    checkpoint::{
        CheckpointError, LAST_CHECKPOINT, Provenance, checkpoint_path, heal_checkpoints,
        load_checkpoint,
    },
    evaluation::{BatchSource, EpochMetrics, EpochTiming, Metrics, check_split, evaluate_until},
    networks::{NetConfig, Network},
    settings::TrainConfig,
};

/// Steps that a device may be behind: it goes on with the next while the losses of these wait to be read.
const AHEAD: usize = 16;

/// A training: of what, on what, and where it is kept.
#[derive(Clone, Copy)]
pub struct Training<'a> {
    /// The network.
    pub net: &'a NetConfig,
    /// The settings.
    pub config: &'a TrainConfig,
    /// The training split.
    pub train_split: &'a dyn BatchSource,
    /// The test split, which is evaluated alone.
    pub test_split: &'a dyn BatchSource,
    /// The run and the data, which every checkpoint names.
    pub provenance: &'a Provenance,
    /// The network to start from, in place of one initialised from the settings' seed.
    pub initial: Option<&'a Network>,
    /// The folder of the checkpoints.
    pub dir: &'a Path,
    /// Where to compute.
    pub device: &'a Device,
    /// The ranks that share every mini-batch; none where this process computes alone.
    pub company: Option<Company<'a>>,
}

impl Training<'_> {
    /// Trains to the last epoch, going on from where the folder's checkpoints stand, and returns the end.
    ///
    /// Epoch 0, the untrained network, is evaluated and kept too. After every epoch `last.safetensors` is rewritten; a run
    /// killed anywhere and started again repeats the unfinished epoch, and on flex ends with the undisturbed run's weights
    /// bit for bit, for the order of the batches depends on `(seed, epoch)` alone.
    ///
    /// # Errors
    ///
    /// [`TrainError`]; what was saved stays and can be resumed from.
    pub fn run(&self, observer: &mut dyn TrainObserver) -> Result<Progress, TrainError> {
        let config = self.config;
        config.check()?;
        let progress = match self.resume()? {
            Some(progress) => progress,
            None => self.start()?,
        };
        let (input, classes) = (progress.net.input(), progress.net.classes());
        check_split(self.train_split, "training", input, classes)?;
        check_split(self.test_split, "test", input, classes)?;
        let smallest =
            check_smallest_batch(&progress.net, self.train_split.len(), config.batch_size)?;
        observer.started(&progress.history, config.epochs);
        let trainer = match self.company {
            Some(company) => {
                company.check_share(smallest, progress.net.smallest_training_batch())?;
                company.lead(self.net, &progress.net, &progress.sgd, self.device)?
            }
            None => Trainer::new(&progress.net, &progress.sgd, self.device),
        };
        let mut epochs = Epochs {
            training: self,
            progress,
            trainer,
        };
        if epochs.progress.history.is_empty() {
            epochs.finish_epoch(0, None, observer)?;
        }
        for epoch in epochs.progress.epoch + 1..=config.epochs {
            let pass = epochs.train_epoch(epoch, config.rate(epoch), observer)?;
            epochs.finish_epoch(epoch, Some(pass), observer)?;
        }
        Ok(epochs.progress)
    }

    /// Before the first epoch.
    fn start(&self) -> Result<Progress, TrainError> {
        if let Some(initial) = self.initial {
            return Ok(Progress::start(initial.clone(), self.config));
        }
        let (input, classes) = (self.train_split.shape(), self.train_split.classes());
        let device = self.device.clone().without_autodiff();
        let net = self.net.init(input, classes, self.config.seed, &device)?;
        Ok(Progress::start(net, self.config))
    }

    /// Where the training stands by its checkpoints, after [healing](heal_checkpoints) them; `None` where it has not
    /// finished epoch 0.
    ///
    /// # Errors
    ///
    /// Where the checkpoint is damaged beyond healing, or belongs to another network, other settings, another run or other
    /// data.
    pub fn resume(&self) -> Result<Option<Progress>, CheckpointError> {
        heal_checkpoints(self.dir, self.provenance)?;
        let path = self.dir.join(LAST_CHECKPOINT);
        let checkpoint = match load_checkpoint(&path, self.device) {
            Err(CheckpointError::Missing { .. }) => return Ok(None),
            other => other?,
        };
        let info = &checkpoint.info;
        let (input, classes) = match self.initial {
            Some(net) => (net.input(), net.classes()),
            None => (self.train_split.shape(), self.train_split.classes()),
        };
        info.check_settings(&path, self.net, input, classes, self.config)?;
        info.check(self.provenance)?;
        let progress = Progress::of_checkpoint(checkpoint);
        progress
            .map(Some)
            .map_err(|error| CheckpointError::Damaged {
                path,
                reason: error.to_string(),
            })
    }
}

/// The size of the smallest batch, which normalizations must be able to take.
fn check_smallest_batch(
    net: &Network,
    examples: usize,
    batch_size: usize,
) -> Result<usize, TrainError> {
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
    Ok(size)
}

/// A training under way.
struct Epochs<'a> {
    training: &'a Training<'a>,
    progress: Progress,
    trainer: Trainer,
}

/// What one pass over the training split came to.
struct Pass {
    rate: f64,
    /// Mean loss of the examples as they were trained on.
    running_loss: f64,
    examples: usize,
    seconds: f64,
}

impl Epochs<'_> {
    /// One pass over the training split.
    fn train_epoch(
        &mut self,
        epoch: usize,
        rate: f64,
        observer: &mut dyn TrainObserver,
    ) -> Result<Pass, TrainError> {
        let start = Instant::now();
        let batch_size = self.training.config.batch_size;
        let seed = self
            .training
            .config
            .order_seed
            .unwrap_or(self.training.config.seed);
        observer.epoch_started(
            epoch,
            self.training.train_split.len().div_ceil(batch_size),
            rate,
        );
        let (mut sum, mut count) = (0.0, 0usize);
        // Losses that are not read yet, with the number and the examples of their batches.
        let mut unread = VecDeque::new();
        for (k, batch) in self
            .training
            .train_split
            .shuffled(batch_size, seed, epoch)
            .enumerate()
        {
            if observer.interrupted() {
                return Err(TrainError::Interrupted { epoch });
            }
            let batch = batch?;
            let examples = batch.len();
            let loss = self.trainer.step(batch, rate)?;
            count += examples;
            let waits = !loss.is_on_host();
            unread.push_back((k + 1, examples, loss));
            if waits && unread.len() < AHEAD {
                continue;
            }
            sum += self.read(epoch, &mut unread, observer)?;
        }
        sum += self.read(epoch, &mut unread, observer)?;
        self.progress.net = self.trainer.network()?;
        self.progress.sgd = self.trainer.sgd()?;
        Ok(Pass {
            rate,
            running_loss: sum / count as f64,
            examples: count,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    /// Reads all losses there are; gives their sum over examples.
    fn read(
        &self,
        epoch: usize,
        unread: &mut VecDeque<(usize, usize, MeanLoss)>,
        observer: &mut dyn TrainObserver,
    ) -> Result<f64, TrainError> {
        let mut sum = 0.0;
        for (batch, examples, loss) in unread.drain(..) {
            let loss = self.finite(epoch, loss.read()?)?;
            sum += loss * examples as f64;
            observer.batch_done(epoch, batch, loss);
        }
        Ok(sum)
    }

    /// Evaluates both splits if it is time to, records the epoch and saves it.
    fn finish_epoch(
        &mut self,
        epoch: usize,
        trained: Option<Pass>,
        observer: &mut dyn TrainObserver,
    ) -> Result<(), TrainError> {
        let start = Instant::now();
        let (mut train, mut test) = (None, None);
        if self.training.config.evaluates(epoch) {
            train = Some(self.evaluate(epoch, self.training.train_split, observer)?);
            test = Some(self.evaluate(epoch, self.training.test_split, observer)?);
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
        // Before the checkpoint says that the epoch is done, so that no kill loses its times.
        observer.epoch_timed(&timing);
        if observer.interrupted() {
            return Err(TrainError::Interrupted { epoch });
        }
        self.progress.epoch = epoch;
        self.progress.history.push(metrics.clone());
        let last = self.training.dir.join(LAST_CHECKPOINT);
        let Training {
            config, provenance, ..
        } = self.training;
        let checkpoint = self.progress.checkpoint(config, provenance);
        if config.keeps(epoch) {
            // The kept file first: once `last` says that the epoch is done, it is not repeated.
            let kept = checkpoint_path(self.training.dir, epoch);
            checkpoint.save(&[&kept, &last])?;
            observer.checkpoint_saved(epoch, &kept);
        } else {
            checkpoint.save(&[&last])?;
        }
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
            self.training.config.batch_size,
            self.training.device,
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
        if epoch == 0 {
            return Err(TrainError::Unsound { loss });
        }
        Err(TrainError::Diverged {
            epoch,
            loss,
            learning_rate: self.training.config.learning_rate,
        })
    }
}
