//! The search for the initial learning rate: a whole training at each of several, of which the best is kept.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    error::SearchError,
    observer::SearchObserver,
    table::{SEARCH_TABLE, SearchTable, Trial},
};
use crate::{
    checkpoint::{CheckpointError, LAST_CHECKPOINT, checkpoint_path, list_checkpoints},
    settings::{Schedule, SettingError, TrainConfig, require},
    training::{TrainError, Training},
};

/// A search: what is trained, at which rates, and where.
pub struct Search<'a> {
    /// The training that the rate is for. Its own learning rate is not used; its folder gets the checkpoints of the best
    /// trial by [`adopt`](Self::adopt).
    pub training: Training<'a>,
    /// The rates to try.
    pub rates: &'a [f64],
    /// Epochs of each trial, at most those of the training.
    pub epochs: usize,
    /// The folder that gets [`SEARCH_TABLE`] and a folder `search` with one of each trial.
    pub dir: &'a Path,
}

/// The folder of a trial's checkpoints: `dir/search/lr-0.01`.
pub fn trial_folder(dir: &Path, learning_rate: f64) -> PathBuf {
    dir.join("search").join(format!("lr-{learning_rate}"))
}

impl Search<'_> {
    /// Trains at every rate that is not in the table yet, going on from a killed search's checkpoints, and returns the
    /// table. A trial is the training that [`Training::run`] makes with that rate, weights, batches and all.
    ///
    /// Of the trials beaten so far only the last checkpoint stays. Where the trials have as many epochs as the training
    /// itself, the best one's kept checkpoints stay too, for [`adopt`](Self::adopt). Fewer epochs have the schedule of
    /// so many: thirds, cosine and warm-up as long as theirs, and those milestones that lie within.
    pub fn run(&self, observer: &mut dyn SearchObserver) -> Result<SearchTable, SearchError> {
        self.check().map_err(TrainError::from)?;
        let path = self.dir.join(SEARCH_TABLE);
        let blank = SearchTable::new(
            self.epochs,
            self.training.config.epochs,
            self.settings(),
            self.training.provenance.clone(),
        );
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
            // What the observer could not write of it is written when it is gone on with.
            if observer.interrupted() {
                return Err(TrainError::Interrupted { epoch: self.epochs }.into());
            }
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

    /// Moves the checkpoints of the best trial into the training's folder, where they are those that
    /// [`Training::run`] would have written there with the best rate, so that it finds the training done. Whether it did:
    /// not where the trials had fewer epochs, nor where a training stands there already.
    ///
    /// The checkpoint from which a training goes on is moved last, so that a kill in between only repeats this.
    pub fn adopt(&self, table: &SearchTable) -> Result<bool, SearchError> {
        let Some(trial) = self.adopted(table) else {
            return Ok(false);
        };
        let checkpoints = self.training.dir;
        let last = trial.join(LAST_CHECKPOINT);
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

    /// The folder of the trial that [`adopt`](Self::adopt) would move from, if there is one.
    pub fn adopted(&self, table: &SearchTable) -> Option<PathBuf> {
        let best = table.best().filter(|_| self.whole())?;
        let trial = trial_folder(self.dir, best.learning_rate);
        let stands = self.training.dir.join(LAST_CHECKPOINT).exists();
        (!stands && trial.join(LAST_CHECKPOINT).exists()).then_some(trial)
    }

    /// Whether a trial is the training itself.
    fn whole(&self) -> bool {
        self.epochs == self.training.config.epochs
    }

    fn check(&self) -> Result<(), SettingError> {
        let (epochs, full) = (self.epochs, self.training.config.epochs);
        let any = !self.rates.is_empty();
        require(any, "learning-rate", "no rate", "at least one")?;
        let within = epochs > self.training.config.warm_up_epochs && epochs <= full;
        let rule = "above the epochs of the warm-up and at most the number of epochs";
        require(within, "search-epochs", epochs, rule)?;
        self.rates
            .iter()
            .try_for_each(|&rate| self.config_at(rate).check())
    }

    /// The settings of a trial.
    fn config_at(&self, learning_rate: f64) -> TrainConfig {
        let mut config = TrainConfig {
            learning_rate,
            epochs: self.epochs,
            ..self.training.config.clone()
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
    fn settings(&self) -> serde_json::Value {
        let data = self.training.train_split;
        let mut train = serde_json::json!(self.config_at(0.0));
        if let Some(fields) = train.as_object_mut() {
            fields.remove("learning-rate");
        }
        serde_json::json!({
            "net": self.training.net,
            "input": data.shape(),
            "classes": data.classes(),
            "train": train,
        })
    }

    fn trial(
        &self,
        learning_rate: f64,
        observer: &mut dyn SearchObserver,
    ) -> Result<Trial, SearchError> {
        let training = Training {
            config: &self.config_at(learning_rate),
            dir: &trial_folder(self.dir, learning_rate),
            ..self.training
        };
        let mut trial = Trial {
            learning_rate,
            train: None,
            test: None,
            diverged_in: None,
        };
        match training.run(observer) {
            Ok(end) => {
                let last = end.history.last();
                trial.train = last.and_then(|metrics| metrics.train);
                trial.test = last.and_then(|metrics| metrics.test);
            }
            Err(TrainError::Diverged { epoch, .. }) => trial.diverged_in = Some(epoch),
            Err(error) => return Err(error.into()),
        }
        Ok(trial)
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
