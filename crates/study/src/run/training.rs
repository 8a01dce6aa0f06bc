//! Training a run's network, at a given learning rate or at the best that a search finds.

use std::path::Path;

use hesscope_models::{Company, Search, TrainConfig, TrainError, Training, checkpoint_path};

use super::folder::RunFolder;
use super::metrics::lines;
use super::run::Run;
use super::timing::{TIMING, timing_of};
use super::watcher::Watcher;
use crate::error::StudyError;
use crate::observer::{Event, Observer, TrainingEvent};
use crate::ranks::{Request, current};
use crate::settings::NetSettings;

impl Run {
    /// Trains what is left to train: to the last epoch, from where the folder's checkpoints stand, or from the weights that
    /// were given, or from random ones.
    ///
    /// # Errors
    ///
    /// Data that are not those trained on, a loss that is not finite, checkpoints that are of another run, and what the file
    /// system fails with.
    pub fn train(&self, observer: &dyn Observer) -> Result<(), StudyError> {
        let run = self;
        let settings = run.settings();
        let net = match &settings.net {
            NetSettings::BuiltIn(net) => net,
            NetSettings::Onnx(model) => {
                run.require_used_data()?;
                return run.import(model, observer);
            }
        };
        let first = settings.train_config()?;
        run.require_used_data()?;
        let (checkpoints, provenance) = (run.folder().checkpoints(), run.file().provenance());
        let request = Request::Training {
            device: settings.device,
            precision: settings.precision,
        };
        let request = request.to_bytes();
        let company = current().map(|ranks| Company {
            ranks,
            request: &request,
        });
        let training = |config| Training {
            net,
            config,
            train_split: &run.sources().train,
            test_split: &run.sources().test,
            provenance: &provenance,
            initial: run.initial(),
            dir: &checkpoints,
            device: run.device(),
            company,
        };
        let mut config = first.clone();
        if settings.train.learning_rate.is_search() {
            config.learning_rate = search(run, training(&first), observer)?;
        }
        let mut watcher = Watcher::new(run, &config, observer);
        let end = training(&config).run(&mut watcher);
        watcher.end()?;
        match (end, &settings.weights) {
            (Err(TrainError::Unsound { loss }), Some(path)) => Err(StudyError::setting(format!(
                "the weights {} have a loss of {loss}, which is no finite number, so that there is nothing to train or to \
                 analyse: start from other weights",
                path.display()
            ))),
            (end, _) => {
                end?;
                tell_missing(&config, &checkpoints, observer);
                Ok(())
            }
        }
    }
}

/// Says which checkpoints of a whole training are gone. Only training anew would bring them back.
fn tell_missing(config: &TrainConfig, checkpoints: &Path, observer: &dyn Observer) {
    let kept = (0..=config.epochs).filter(|&epoch| config.keeps(epoch));
    for path in kept.map(|epoch| checkpoint_path(checkpoints, epoch)) {
        if !path.exists() {
            observer.event(Event::Note(&format!(
                "{} is missing, and no other file holds its weights: move {} away and repeat the command, which ends with the \
                 same weights",
                path.display(),
                checkpoints.display()
            )));
        }
    }
}

/// The best learning rate, after training at every one. The best training becomes the run's, unless it had fewer epochs.
fn search(run: &Run, training: Training<'_>, observer: &dyn Observer) -> Result<f64, StudyError> {
    let train = &run.settings().train;
    let rates = train.learning_rate.rates()?;
    let epochs = train.search_epochs.unwrap_or(training.config.epochs);
    let search = Search {
        training,
        rates: &rates,
        epochs,
        dir: run.folder().root(),
    };
    observer.event(Event::Training(TrainingEvent::SearchStarted {
        rates: &rates,
        epochs,
    }));
    let trial = TrainConfig {
        epochs,
        ..training.config.clone()
    };
    let mut watcher = Watcher::new(run, &trial, observer);
    let table = search.run(&mut watcher);
    watcher.end()?;
    let table = table?;
    let Some(best) = table.best().map(|trial| trial.learning_rate) else {
        return Err(StudyError::setting(
            "the search has no trial: give it at least one learning rate",
        ));
    };
    observer.event(Event::Training(TrainingEvent::SearchDone {
        table: &table,
        best,
    }));
    // The times first: once the checkpoints are moved, nothing says any more that these are to be taken over.
    if let Some(trial) = search.adopted(&table) {
        adopt_timing(run.folder(), &training.provenance.run_sha256, &trial)?;
    }
    search.adopt(&table)?;
    Ok(best)
}

/// Takes over the times of the trial that becomes the run.
fn adopt_timing(folder: &RunFolder, run_sha256: &str, trial: &Path) -> Result<(), StudyError> {
    let records = timing_of(trial, run_sha256, usize::MAX);
    let path = folder.root().join(TIMING);
    let lines = lines(&records).map_err(|error| StudyError::write(&path, error))?;
    folder.write(TIMING, &lines)
}
