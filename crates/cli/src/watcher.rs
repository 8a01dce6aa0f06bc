//! What is shown and kept of a training while it goes on.

use std::path::{Path, PathBuf};
use std::time::Instant;

use hesscope_models::{
    EpochMetrics, EpochTiming, Metrics, SearchObserver, TrainConfig, TrainObserver, Trial,
    trial_folder,
};

use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::output::Progress;
use crate::pace::{Pace, Work, rate_in_words};
use crate::tensorboard;
use crate::timing::{TIMING, TimingRecord, earlier};
use crate::training::record;

/// Watches the training of a run, or the trainings of its search.
pub struct Watcher<'a> {
    folder: &'a RunFolder,
    config: TrainConfig,
    /// Examples of the training split.
    examples: usize,
    /// Whether the metrics are written for TensorBoard too.
    tensorboard: bool,
    bar: Progress,
    pace: Pace,
    /// The trial of a search that goes on: its rate, and how many come behind it.
    trial: Option<(f64, usize)>,
    /// When the batch that is being trained on began.
    batch_began: Option<Instant>,
    history: Vec<EpochMetrics>,
    timings: Vec<TimingRecord>,
    /// Why a file could not be written; ends the training.
    failure: Option<Failure>,
}

impl<'a> Watcher<'a> {
    /// Watches a training with these settings on so many examples.
    pub fn new(
        folder: &'a RunFolder,
        config: &TrainConfig,
        examples: usize,
        tensorboard: bool,
    ) -> Self {
        Watcher {
            folder,
            config: config.clone(),
            examples,
            tensorboard,
            bar: Progress::with_note(0, "batches"),
            pace: Pace::default(),
            trial: None,
            batch_began: None,
            history: Vec::new(),
            timings: Vec::new(),
            failure: None,
        }
    }

    /// Why a file could not be written, if one could not.
    pub fn end(self) -> Result<(), Failure> {
        match self.failure {
            None => Ok(()),
            Some(failure) => Err(failure),
        }
    }

    /// The folder, below the run's, of what is being trained.
    fn place(&self) -> PathBuf {
        match self.trial {
            None => self.folder.root().to_path_buf(),
            Some((rate, _)) => trial_folder(self.folder.root(), rate),
        }
    }

    /// The files are written whole, the metrics from the history the checkpoint also holds, so no kill loses or doubles
    /// a line of theirs.
    fn write(&mut self) {
        let metrics: Vec<_> = self.history.iter().map(record).collect();
        let place = self.place();
        let written = lines(&metrics)
            .and_then(|text| self.folder.write_at(&place.join("metrics.jsonl"), &text))
            .and_then(|()| lines(&self.timings))
            .and_then(|text| self.folder.write_at(&place.join(TIMING), &text))
            .and_then(|()| self.write_events(&place));
        if let Err(failure) = written {
            self.failure = Some(failure);
        }
    }

    fn write_events(&self, place: &Path) -> Result<(), Failure> {
        if !self.tensorboard {
            return Ok(());
        }
        let folder = place.join(tensorboard::FOLDER);
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format!(
                "cannot make the folder {}: {error}; make room, or leave --tensorboard out",
                folder.display()
            ))
        })?;
        let events = tensorboard::events(&self.history, &self.timings);
        self.folder
            .write_at(&folder.join(tensorboard::FILE), &events)
    }

    /// What is left after `batch` batches of `epoch`: of the epoch, and of the training with what comes behind it.
    fn left(&self, epoch: usize, batch: usize) -> (Work, Work) {
        let done = (batch * self.config.batch_size).min(self.examples);
        let evaluations = |from: usize| {
            (from..=self.config.epochs)
                .filter(|&epoch| self.config.evaluates(epoch))
                .count()
        };
        let this = Work {
            examples: self.examples - done,
            evaluations: usize::from(self.config.evaluates(epoch)),
        };
        let behind = self.trial.map_or(0, |(_, behind)| behind);
        let whole = Work {
            examples: this.examples
                + self.examples
                    * (self.config.epochs.saturating_sub(epoch) + behind * self.config.epochs),
            evaluations: evaluations(epoch) + behind * evaluations(0),
        };
        (this, whole)
    }

    fn pace_in_words(&self, left: &[(&str, Work)]) -> String {
        let Some(rate) = self.pace.examples_per_second() else {
            return String::new();
        };
        let mut words = rate_in_words(rate);
        for &(what, work) in left {
            if let Some(left) = self.pace.left(work) {
                words += &format!(", {what}{left} left");
            }
        }
        words
    }

    fn who(&self) -> String {
        self.trial
            .map_or(String::new(), |(rate, _)| format!("rate {rate}: "))
    }
}

fn lines<T: serde::Serialize>(records: &[T]) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    for record in records {
        serde_json::to_writer(&mut text, record)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Takes over the times of the trial that became the run.
pub fn adopt_timing(folder: &RunFolder, rate: f64) -> Result<(), Failure> {
    let records = earlier(&trial_folder(folder.root(), rate), usize::MAX);
    folder.write(TIMING, &lines(&records)?)
}

impl TrainObserver for Watcher<'_> {
    fn started(&mut self, history: &[EpochMetrics], epochs: usize) {
        self.history = history.to_vec();
        self.timings.clear();
        if let Some(last) = history.last() {
            self.timings = earlier(&self.place(), last.epoch);
            let done = if last.epoch == epochs {
                "is already done"
            } else {
                "goes on"
            };
            self.bar.line(&format!(
                "{}training {done} after epoch {} of {epochs}",
                self.who(),
                last.epoch
            ));
            self.write();
        }
    }

    fn epoch_started(&mut self, epoch: usize, batches: usize, _learning_rate: f64) {
        self.bar.restart(batches as u64);
        let name = format!("{}epoch {epoch} of {}", self.who(), self.config.epochs);
        self.bar.say(name);
        self.batch_began = Some(Instant::now());
    }

    fn batch_done(&mut self, epoch: usize, batch: usize, _loss: f64) {
        let done = |batches: usize| (batches * self.config.batch_size).min(self.examples);
        let now = Instant::now();
        if let Some(began) = self.batch_began.replace(now) {
            self.pace
                .batch(done(batch) - done(batch - 1), now.duration_since(began));
        }
        self.bar.advance(1);
        let (this, whole) = self.left(epoch, batch);
        let words = self.pace_in_words(&[("epoch ", this), ("all ", whole)]);
        if !words.is_empty() {
            self.bar.note(format!(", {words}"));
        }
    }

    fn epoch_timed(&mut self, timing: &EpochTiming) {
        if let Some(seconds) = timing.evaluation_seconds {
            self.pace.evaluation(seconds);
        }
        self.timings.push(timing.into());
    }

    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        let epoch = metrics.epoch;
        let mut line = format!("{}epoch {epoch:>4} of {}", self.who(), self.config.epochs);
        let split = |name: &str, metrics: Metrics| {
            format!(
                "   {name} loss {:<9.4} accuracy {:>6.2}%",
                metrics.loss,
                100.0 * metrics.accuracy
            )
        };
        match (metrics.train, metrics.test, metrics.running_loss) {
            (Some(train), Some(test), _) => line += &(split("train", train) + &split("test", test)),
            (_, _, Some(loss)) => line += &format!("   running loss {loss:<9.4}"),
            _ => {}
        }
        let (_, whole) = self.left(epoch + 1, 0);
        let words = if epoch < self.config.epochs {
            self.pace_in_words(&[("", whole)])
        } else {
            self.pace_in_words(&[])
        };
        if !words.is_empty() && epoch > 0 {
            line += &format!("   {words}");
        }
        self.bar.line(line.trim_end());
        self.history.push(metrics.clone());
        self.write();
    }

    fn interrupted(&self) -> bool {
        self.failure.is_some()
    }
}

impl SearchObserver for Watcher<'_> {
    fn trial_started(&mut self, number: usize, count: usize, learning_rate: f64) {
        self.trial = Some((learning_rate, count - number));
        self.bar.line(&format!(
            "rate {learning_rate}: training {number} of {count}"
        ));
    }

    fn trial_done(&mut self, trial: &Trial, reused: bool) {
        if let Some(epoch) = trial.diverged_in.filter(|_| !reused) {
            self.bar.line(&format!(
                "rate {}: diverged in epoch {epoch}",
                trial.learning_rate
            ));
        }
    }
}
