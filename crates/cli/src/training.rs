//! Training a run's network, with its progress shown and its metrics kept.

use std::path::Path;

use burn::tensor::Device;
use hesscope_models::{EpochMetrics, Network, Progress as Training, TrainObserver, train};
use hesscope_report::schema::{EpochRecord, SplitRecord};

use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::output::Progress;
use crate::settings::Settings;
use crate::source::Sources;
use hesscope_models::BatchSource;

/// Trains to the last epoch, going on from where the folder's checkpoints stand.
pub fn run(
    folder: &RunFolder,
    settings: &Settings,
    sources: &Sources,
    device: &Device,
) -> Result<Network, Failure> {
    let config = settings.train_config();
    let (input, classes) = (sources.train.shape(), sources.train.classes());
    let checkpoints = folder.checkpoints();
    let resumed = Training::resume(&checkpoints, &settings.net, input, classes, &config, device)?;
    let progress = match resumed {
        Some(progress) => progress,
        None => Training::start(&settings.net, input, classes, &config, device)?,
    };
    let mut watcher = Watcher {
        folder,
        bar: Progress::new(0, "batches"),
        epochs: config.epochs,
        history: Vec::new(),
        failure: None,
    };
    let end = train(
        progress,
        &config,
        &sources.train,
        &sources.test,
        &checkpoints,
        device,
        &mut watcher,
    );
    if let Some(failure) = watcher.failure {
        return Err(failure);
    }
    Ok(end?.net)
}

struct Watcher<'a> {
    folder: &'a RunFolder,
    bar: Progress,
    epochs: usize,
    history: Vec<EpochMetrics>,
    /// Why the metrics could not be written; ends the training.
    failure: Option<Failure>,
}

/// The line of `metrics.jsonl` for an epoch.
pub fn record(metrics: &EpochMetrics) -> EpochRecord {
    let split = |metrics: hesscope_models::Metrics| SplitRecord {
        loss: metrics.loss,
        accuracy: metrics.accuracy,
    };
    EpochRecord {
        epoch: metrics.epoch,
        learning_rate: metrics.learning_rate,
        running_loss: metrics.running_loss,
        train: split(metrics.train),
        test: split(metrics.test),
    }
}

impl Watcher<'_> {
    /// The file is written whole from the history the checkpoint also holds, so no kill loses or
    /// doubles a line.
    fn write_metrics(&mut self) {
        let lines: Result<Vec<String>, _> = self
            .history
            .iter()
            .map(|metrics| serde_json::to_string(&record(metrics)))
            .collect();
        let written = lines.map_err(Failure::from).and_then(|lines| {
            self.folder
                .write("metrics.jsonl", (lines.join("\n") + "\n").as_bytes())
        });
        if let Err(failure) = written {
            self.failure = Some(failure);
        }
    }
}

impl TrainObserver for Watcher<'_> {
    fn started(&mut self, history: &[EpochMetrics], epochs: usize) {
        self.history = history.to_vec();
        if let Some(last) = history.last() {
            let done = if last.epoch == epochs {
                "is already done"
            } else {
                "goes on"
            };
            self.bar.line(&format!(
                "training {done} after epoch {} of {epochs}",
                last.epoch
            ));
            self.write_metrics();
        }
    }

    fn epoch_started(&mut self, epoch: usize, batches: usize, _learning_rate: f64) {
        self.bar.restart(batches as u64);
        self.bar.say(format!("epoch {epoch} of {}", self.epochs));
    }

    fn batch_done(&mut self, _epoch: usize, _batch: usize, _loss: f64) {
        self.bar.advance(1);
    }

    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        self.bar.line(&format!(
            "epoch {:>4} of {}   train loss {:<9.4} accuracy {:>6.2}%   test loss {:<9.4} accuracy {:>6.2}%",
            metrics.epoch,
            self.epochs,
            metrics.train.loss,
            100.0 * metrics.train.accuracy,
            metrics.test.loss,
            100.0 * metrics.test.accuracy,
        ));
        self.history.push(metrics.clone());
        self.write_metrics();
    }

    fn checkpoint_saved(&mut self, _epoch: usize, _path: &Path) {}

    fn interrupted(&self) -> bool {
        self.failure.is_some()
    }
}
