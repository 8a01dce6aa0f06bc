//! The search for the initial learning rate: a whole training at each of several, of which the best is kept.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use thiserror::Error;

use crate::{
    checkpoint::{CheckpointError, LAST_CHECKPOINT, checkpoint_path, list_checkpoints},
    config::NetConfig,
    data::BatchSource,
    network::Network,
    progress::Progress,
    schedule::Schedule,
    search_table::{SEARCH_TABLE, SearchTable, Trial},
    train::{TrainError, TrainObserver, train},
    train_config::TrainConfig,
};

/// A search that found no learning rate. The trials that were finished stay and are not repeated.
#[derive(Debug, Error)]
pub enum SearchError {
    /// Every rate was too high.
    #[error(
        "training diverged at every learning rate from {lowest} to {highest}: search among lower ones"
    )]
    AllDiverged {
        /// The lowest rate tried.
        lowest: f64,
        /// The highest rate tried.
        highest: f64,
    },
    /// The table of the search cannot be read.
    #[error("the table of the search {} does not read ({reason}): delete it, and what its folder `search` holds is used again", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A trial could not be made.
    #[error(transparent)]
    Train(#[from] TrainError),
}

impl From<CheckpointError> for SearchError {
    fn from(error: CheckpointError) -> Self {
        Self::Train(error.into())
    }
}

/// Follows a search, and the training of each trial.
pub trait SearchObserver: TrainObserver {
    /// Trial `number` (from 1) of `count` starts or goes on.
    fn trial_started(&mut self, number: usize, count: usize, learning_rate: f64) {
        let _ = (number, count, learning_rate);
    }
    /// A trial is finished and safely in the table; `reused` where an earlier search had finished it.
    fn trial_done(&mut self, trial: &Trial, reused: bool) {
        let _ = (trial, reused);
    }
}

impl SearchObserver for crate::train::SilentObserver {}

/// A search: what is trained, at which rates, and where.
pub struct Search<'a> {
    /// The network.
    pub net: &'a NetConfig,
    /// The settings of the training the rate is for; its own learning rate is not used.
    pub config: &'a TrainConfig,
    /// The rates to try.
    pub rates: &'a [f64],
    /// Epochs of each trial, at most those of `config`.
    pub epochs: usize,
    /// The training split, by whose loss the best is found.
    pub train_split: &'a dyn BatchSource,
    /// The test split, evaluated for the record.
    pub test_split: &'a dyn BatchSource,
    /// The folder that gets [`SEARCH_TABLE`] and a folder `search` with one of each trial.
    pub dir: &'a Path,
    /// The network that every trial starts from, in place of one initialised from the settings' seed.
    pub initial: Option<&'a Network>,
    /// Where to compute.
    pub device: &'a Device,
}

/// The folder of a trial's checkpoints: `dir/search/lr-0.01`.
pub fn trial_folder(dir: &Path, learning_rate: f64) -> PathBuf {
    dir.join("search").join(format!("lr-{learning_rate}"))
}

impl Search<'_> {
    /// Trains at every rate that is not in the table yet, going on from a killed search's checkpoints, and returns the
    /// table. A trial is the training that [`train`] makes with that rate, weights, batches and all.
    ///
    /// Of the trials beaten so far only the last checkpoint stays. Where the trials have as many epochs as the training
    /// itself, the best one's kept checkpoints stay too, for [`adopt`](Self::adopt). Fewer epochs have the schedule of
    /// so many: thirds, cosine and warm-up as long as theirs, and those milestones that lie within.
    pub fn run(&self, observer: &mut dyn SearchObserver) -> Result<SearchTable, SearchError> {
        self.check()?;
        let path = self.dir.join(SEARCH_TABLE);
        let blank = SearchTable::new(self.epochs, self.config.epochs, self.settings()?);
        let mut table = match SearchTable::read(&path)? {
            Some(table) => {
                table.require(&path, &blank)?;
                table
            }
            None => blank,
        };
        for (k, &rate) in self.rates.iter().enumerate() {
            if let Some(trial) = table.trial(rate) {
                observer.trial_done(trial, true);
                continue;
            }
            observer.trial_started(k + 1, self.rates.len(), rate);
            let trial = self.trial(rate, observer)?;
            table.add(trial);
            table.write(&path)?;
            observer.trial_done(&trial, false);
            self.prune(&table)?;
        }
        self.prune(&table)?;
        if table.best().is_none() {
            let ends = |pick: fn(f64, f64) -> f64| self.rates.iter().copied().reduce(pick);
            return Err(SearchError::AllDiverged {
                lowest: ends(f64::min).unwrap_or(f64::NAN),
                highest: ends(f64::max).unwrap_or(f64::NAN),
            });
        }
        Ok(table)
    }

    /// Moves the checkpoints of the best trial into `checkpoints`, where they are those that [`train`] would have written
    /// there with the best rate, so that it finds the training done. Whether it did: not where the trials had fewer
    /// epochs, nor where a training stands in `checkpoints` already.
    ///
    /// The checkpoint from which a training goes on is moved last, so that a kill in between only repeats this.
    pub fn adopt(&self, table: &SearchTable, checkpoints: &Path) -> Result<bool, SearchError> {
        let Some(best) = table.best().filter(|_| self.whole()) else {
            return Ok(false);
        };
        let trial = trial_folder(self.dir, best.learning_rate);
        let last = trial.join(LAST_CHECKPOINT);
        if checkpoints.join(LAST_CHECKPOINT).exists() || !last.exists() {
            return Ok(false);
        }
        let failed = |path: &Path, source: io::Error| CheckpointError::Write {
            path: path.to_path_buf(),
            source,
        };
        fs::create_dir_all(checkpoints).map_err(|source| failed(checkpoints, source))?;
        let kept = list_checkpoints(&trial).map_err(|source| failed(&trial, source))?;
        for (epoch, path) in kept {
            let to = checkpoint_path(checkpoints, epoch);
            fs::rename(&path, &to).map_err(|source| failed(&to, source))?;
        }
        let to = checkpoints.join(LAST_CHECKPOINT);
        fs::rename(&last, &to).map_err(|source| failed(&to, source))?;
        Ok(true)
    }

    /// Whether a trial is the training itself.
    fn whole(&self) -> bool {
        self.epochs == self.config.epochs
    }

    fn check(&self) -> Result<(), TrainError> {
        let wrong = |field, value: String, rule| Err(TrainError::Setting { field, value, rule });
        if self.rates.is_empty() {
            return wrong("learning-rate", "no rate".to_owned(), "at least one");
        }
        let least = self.config.warm_up_epochs + 1;
        if self.epochs < least || self.epochs > self.config.epochs {
            let rule = "above the epochs of the warm-up and at most the number of epochs";
            return wrong("search-epochs", self.epochs.to_string(), rule);
        }
        self.rates
            .iter()
            .try_for_each(|&rate| self.config_at(rate).check())
    }

    /// The settings of a trial.
    fn config_at(&self, learning_rate: f64) -> TrainConfig {
        let mut config = TrainConfig {
            learning_rate,
            epochs: self.epochs,
            ..self.config.clone()
        };
        config.checkpoint_epochs.retain(|_| self.whole());
        if let Schedule::Step {
            milestones: Some(milestones),
            ..
        } = &mut config.schedule
        {
            milestones.retain(|&at| self.whole() || at < self.epochs);
        }
        config
    }

    /// What all trials share.
    fn settings(&self) -> Result<serde_json::Value, SearchError> {
        let (input, classes) = (self.train_split.shape(), self.train_split.classes());
        let value = serde_json::to_value(self.config_at(0.0)).map(|mut train| {
            if let Some(fields) = train.as_object_mut() {
                fields.remove("learning-rate");
            }
            serde_json::json!({"net": self.net, "input": input, "classes": classes, "train": train})
        });
        value.map_err(|error| SearchError::Table {
            path: self.dir.join(SEARCH_TABLE),
            reason: error.to_string(),
        })
    }

    fn trial(
        &self,
        learning_rate: f64,
        observer: &mut dyn SearchObserver,
    ) -> Result<Trial, SearchError> {
        let config = self.config_at(learning_rate);
        let (input, classes) = (self.train_split.shape(), self.train_split.classes());
        let dir = trial_folder(self.dir, learning_rate);
        let resumed = Progress::resume(&dir, self.net, input, classes, &config, self.device)?;
        let progress = match resumed {
            Some(progress) => progress,
            None => match self.initial {
                Some(initial) => Progress::start_from(initial.clone(), &config),
                None => Progress::start(self.net, input, classes, &config, self.device)
                    .map_err(TrainError::from)?,
            },
        };
        let (train_split, test_split) = (self.train_split, self.test_split);
        let blank = Trial {
            learning_rate,
            train: None,
            test: None,
            diverged_in: None,
        };
        match train(
            progress,
            &config,
            train_split,
            test_split,
            &dir,
            self.device,
            observer,
        ) {
            Ok(end) => {
                let last = end.history.last();
                Ok(Trial {
                    train: last.and_then(|metrics| metrics.train),
                    test: last.and_then(|metrics| metrics.test),
                    ..blank
                })
            }
            Err(TrainError::Diverged { epoch, .. }) => Ok(Trial {
                diverged_in: Some(epoch),
                ..blank
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes the kept checkpoints of every finished trial but the best, whose are wanted only if they can be adopted.
    fn prune(&self, table: &SearchTable) -> Result<(), SearchError> {
        let best = table.best().map(|best| best.learning_rate);
        for trial in &table.trials {
            if self.whole() && Some(trial.learning_rate) == best {
                continue;
            }
            let dir = trial_folder(self.dir, trial.learning_rate);
            let failed = |source| CheckpointError::Write {
                path: dir.clone(),
                source,
            };
            for (_, path) in list_checkpoints(&dir).map_err(failed)? {
                fs::remove_file(path).map_err(failed)?;
            }
        }
        Ok(())
    }
}
