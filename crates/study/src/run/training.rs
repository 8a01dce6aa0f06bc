//! Training a run's network, at a given learning rate or at the best that a search finds.

use hesscope_models::{
    BatchSource, Network, Progress, Search, SearchTable, TrainConfig, train, trial_folder,
};

use super::folder::RunFolder;
use super::metrics::lines;
use super::run::Run;
use super::timing::{TIMING, timing_of};
use super::watcher::Watcher;
use crate::error::StudyError;
use crate::observer::{Event, Observer, TrainingEvent};

/// Trains to the last epoch, from where the folder's checkpoints stand, or from `initial`, or from random weights.
pub fn train_run(
    run: &Run,
    initial: Option<&Network>,
    observer: &dyn Observer,
) -> Result<(), StudyError> {
    let (settings, sources) = (run.settings(), run.sources());
    let mut config = settings.train_config()?;
    let (input, classes) = (sources.train.shape(), sources.train.classes());
    if settings.train.learning_rate.is_search() {
        config.learning_rate = search(run, &config, initial, observer)?;
    }
    let checkpoints = run.folder().checkpoints();
    let provenance = run.file().provenance();
    let resumed = Progress::resume(
        &checkpoints,
        &settings.net,
        input,
        classes,
        &config,
        &provenance,
        run.device(),
    )?;
    let progress = match resumed {
        Some(progress) => progress,
        None => match initial {
            Some(net) => Progress::start_from(net.clone(), &config),
            None => Progress::start(&settings.net, input, classes, &config, run.device())?,
        },
    };
    let mut watcher = Watcher::new(run, &config, observer);
    let end = train(
        progress,
        &config,
        &provenance,
        &sources.train,
        &sources.test,
        &checkpoints,
        run.device(),
        &mut watcher,
    );
    watcher.end()?;
    end?;
    Ok(())
}

/// The best learning rate, after training at every one. The best training becomes the run's, unless it had fewer epochs.
fn search(
    run: &Run,
    config: &TrainConfig,
    initial: Option<&Network>,
    observer: &dyn Observer,
) -> Result<f64, StudyError> {
    let (settings, sources, folder) = (run.settings(), run.sources(), run.folder());
    let rates = settings.train.learning_rate.rates()?;
    let epochs = settings.train.search_epochs.unwrap_or(config.epochs);
    let provenance = run.file().provenance();
    let search = Search {
        net: &settings.net,
        config,
        provenance: &provenance,
        rates: &rates,
        epochs,
        train_split: &sources.train,
        test_split: &sources.test,
        dir: folder.root(),
        initial,
        device: run.device(),
    };
    observer.event(Event::Training(TrainingEvent::SearchStarted {
        rates: &rates,
        epochs,
    }));
    let trial = TrainConfig {
        epochs,
        ..config.clone()
    };
    let mut watcher = Watcher::new(run, &trial, observer);
    let table = search.run(&mut watcher);
    watcher.end()?;
    let table: SearchTable = table?;
    let Some(best) = table.best().map(|trial| trial.learning_rate) else {
        return Err(StudyError::setting(
            "the search has no trial: give it at least one learning rate",
        ));
    };
    observer.event(Event::Training(TrainingEvent::SearchDone {
        table: &table,
        best,
    }));
    if search.adopt(&table, &folder.checkpoints())? {
        adopt_timing(folder, &provenance.run_sha256, best)?;
    }
    Ok(best)
}

/// Takes over the times of the trial that became the run.
fn adopt_timing(folder: &RunFolder, run_sha256: &str, rate: f64) -> Result<(), StudyError> {
    let trial = trial_folder(folder.root(), rate);
    let records = timing_of(&trial, run_sha256, usize::MAX);
    let path = folder.root().join(TIMING);
    let lines = lines(&records).map_err(|error| StudyError::write(&path, error))?;
    folder.write(TIMING, &lines)
}
