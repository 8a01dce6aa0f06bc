//! What is kept of a training while it goes on, and told to the observer.

use std::io;
use std::path::{Path, PathBuf};

use hesscope_files::write_bytes;
use hesscope_models::{
    BatchSource, EpochMetrics, EpochTiming, SearchObserver, TrainConfig, TrainObserver, Trial,
    trial_folder,
};

use super::folder::TENSORBOARD;
use super::metrics::{METRICS, lines, record};
use super::run::Run;
use super::tensorboard;
use super::timing::{TIMING, TimingRecord, timing_of};
use crate::error::StudyError;
use crate::observer::{Event, Observer, TrainingEvent};

/// Watches the training of a run, or the trainings of its search.
pub struct Watcher<'a> {
    run: &'a Run,
    config: TrainConfig,
    observer: &'a dyn Observer,
    /// The trial of a search that goes on: its rate, and how many come behind it.
    trial: Option<(f64, usize)>,
    history: Vec<EpochMetrics>,
    timings: Vec<TimingRecord>,
    /// Why a file could not be written; ends the training.
    failure: Option<StudyError>,
}

impl<'a> Watcher<'a> {
    /// Watches a training with these settings.
    pub fn new(run: &'a Run, config: &TrainConfig, observer: &'a dyn Observer) -> Self {
        Watcher {
            run,
            config: config.clone(),
            observer,
            trial: None,
            history: Vec::new(),
            timings: Vec::new(),
            failure: None,
        }
    }

    /// Why a file could not be written, if one could not.
    pub fn end(self) -> Result<(), StudyError> {
        self.failure.map_or(Ok(()), Err)
    }

    /// The folder, the run's or one below it, of what is being trained.
    fn place(&self) -> PathBuf {
        let root = self.run.folder().root();
        self.trial
            .map_or_else(|| root.to_path_buf(), |(rate, _)| trial_folder(root, rate))
    }

    /// The files are written whole, the metrics from the history the checkpoint also holds, so no kill loses or doubles
    /// a line of theirs.
    fn write(&mut self) {
        let metrics: Vec<_> = self.history.iter().map(record).collect();
        self.keep(Path::new(METRICS), lines(&metrics));
        if self.run.settings().train.tensorboard {
            let events = tensorboard::events(&self.history, &self.timings);
            self.keep(&Path::new(TENSORBOARD).join(tensorboard::FILE), Ok(events));
        }
    }

    fn write_times(&mut self) {
        self.keep(Path::new(TIMING), lines(&self.timings));
    }

    fn keep(&mut self, name: &Path, bytes: io::Result<Vec<u8>>) {
        let path = self.place().join(name);
        if let Err(error) = bytes.and_then(|bytes| write_bytes(&path, &bytes)) {
            self.failure.get_or_insert(StudyError::write(&path, error));
        }
    }

    fn tell(&self, event: TrainingEvent<'_>) {
        self.observer.event(Event::Training(event));
    }
}

impl TrainObserver for Watcher<'_> {
    fn started(&mut self, history: &[EpochMetrics], _epochs: usize) {
        self.history = history.to_vec();
        self.timings.clear();
        self.tell(TrainingEvent::Started {
            trial: self.trial,
            config: &self.config,
            examples: self.run.sources().train.len(),
            history,
        });
        if let Some(last) = history.last() {
            let run = &self.run.file().training_sha256;
            self.timings = timing_of(&self.place(), run, last.epoch);
            self.write_times();
            self.write();
        }
    }

    fn epoch_started(&mut self, epoch: usize, batches: usize, _learning_rate: f64) {
        self.tell(TrainingEvent::EpochStarted { epoch, batches });
    }

    fn batch_done(&mut self, epoch: usize, batch: usize, _loss: f64) {
        self.tell(TrainingEvent::BatchDone { epoch, batch });
    }

    fn epoch_timed(&mut self, timing: &EpochTiming) {
        if let Some(seconds) = timing.evaluation_seconds {
            self.tell(TrainingEvent::Evaluated(seconds));
        }
        let run = &self.run.file().training_sha256;
        self.timings.push(TimingRecord::of(run, timing));
        self.write_times();
    }

    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        self.tell(TrainingEvent::EpochDone(metrics));
        self.history.push(metrics.clone());
        self.write();
    }

    fn interrupted(&self) -> bool {
        self.failure.is_some() || self.observer.interrupted()
    }
}

impl SearchObserver for Watcher<'_> {
    fn trial_started(&mut self, number: usize, count: usize, learning_rate: f64) {
        self.trial = Some((learning_rate, count - number));
        self.tell(TrainingEvent::TrialStarted {
            number,
            count,
            learning_rate,
        });
    }

    fn trial_done(&mut self, trial: &Trial, reused: bool) {
        self.tell(TrainingEvent::TrialDone { trial, reused });
    }
}
