//! Training a run's network, at a given learning rate or at the best that a search finds.

use burn::tensor::Device;
use hesscope_models::{
    BatchSource, Edge, EpochMetrics, Metrics, Network, Provenance, SEARCH_TABLE, Search,
    SearchTable, TrainConfig, Training, Trial,
};
use hesscope_report::schema::{EpochRecord, SearchRecord, SplitRecord, TrialRecord};

use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::settings::Settings;
use crate::source::Sources;
use crate::watcher::Watcher;

/// Trains to the last epoch, going on from where the folder's checkpoints stand, or starting from `initial` or
/// from random weights.
pub fn run(
    folder: &RunFolder,
    settings: &Settings,
    sources: &Sources,
    initial: Option<&Network>,
    device: &Device,
) -> Result<Network, Failure> {
    let mut config = settings.train_config()?;
    let provenance = provenance(settings, sources)?;
    let checkpoints = folder.checkpoints();
    let searched = config.clone();
    let training = Training {
        net: &settings.net,
        config: &searched,
        train_split: &sources.train,
        test_split: &sources.test,
        provenance: &provenance,
        initial,
        dir: &checkpoints,
        device,
    };
    if settings.train.learning_rate.is_search() {
        config.learning_rate = search(folder, settings, training, sources)?;
    }
    let training = Training {
        config: &config,
        ..training
    };
    let mut watcher = Watcher::new(
        folder,
        &config,
        sources.train.len(),
        settings.train.tensorboard,
    );
    let end = training.run(&mut watcher);
    watcher.end()?;
    Ok(end?.net)
}

/// The run and the data that checkpoints of a run with these settings name.
pub fn provenance(settings: &Settings, sources: &Sources) -> Result<Provenance, Failure> {
    Ok(Provenance {
        run_sha256: settings.hash()?,
        train_sha256: sources.train.fingerprint()?,
        test_sha256: sources.test.fingerprint()?,
    })
}

/// The best learning rate, after training at every one. The best training becomes the run's, unless it had fewer epochs.
fn search(
    folder: &RunFolder,
    settings: &Settings,
    training: Training,
    sources: &Sources,
) -> Result<f64, Failure> {
    let config = training.config;
    let rates = settings.train.learning_rate.rates()?;
    let epochs = settings.train.search_epochs.unwrap_or(config.epochs);
    let search = Search {
        training,
        rates: &rates,
        epochs,
        dir: folder.root(),
    };
    eprintln!(
        "searching for the learning rate: {} from {} to {}, {epochs} epochs each",
        rates.len(),
        rates.first().copied().unwrap_or(f64::NAN),
        rates.last().copied().unwrap_or(f64::NAN)
    );
    let trial = TrainConfig {
        epochs,
        ..config.clone()
    };
    let mut watcher = Watcher::new(
        folder,
        &trial,
        sources.train.len(),
        settings.train.tensorboard,
    );
    let table = search.run(&mut watcher);
    watcher.end()?;
    let table = table?;
    let Some(best) = table.best().copied() else {
        return Err(Failure::new(
            "the search has no trial: give it at least one learning rate",
        ));
    };
    print_table(&table, best.learning_rate);
    if search.adopt(&table)? {
        crate::watcher::adopt_timing(folder, best.learning_rate)?;
    }
    Ok(best.learning_rate)
}

/// The table of a search on standard error, with what follows from it.
fn print_table(table: &SearchTable, best: f64) {
    eprintln!("learning rate   final train loss   accuracy   test loss   accuracy");
    for trial in &table.trials {
        let mark = if trial.learning_rate == best {
            "   best"
        } else {
            ""
        };
        match (trial.train, trial.test) {
            (Some(train), Some(test)) => eprintln!(
                "{:<13}   {:<16.6}   {:>7.2}%   {:<9.4}   {:>7.2}%{mark}",
                trial.learning_rate,
                train.loss,
                100.0 * train.accuracy,
                test.loss,
                100.0 * test.accuracy
            ),
            _ => eprintln!(
                "{:<13}   diverged in epoch {}",
                trial.learning_rate,
                trial.diverged_in.unwrap_or(0)
            ),
        }
    }
    let how = if table.epochs == table.full_epochs {
        "whose training is the run's".to_owned()
    } else {
        format!(
            "by trainings of {} epochs; now all {}",
            table.epochs, table.full_epochs
        )
    };
    eprintln!("the learning rate is {best}, {how}");
    let beyond = match table.edge() {
        Some(Edge::Lowest) => "lowest",
        Some(Edge::Highest) => "highest",
        None => return,
    };
    eprintln!(
        "note: it is the {beyond} that was tried, so a better one may lie beyond: widen the search with \
         learning-rate = {{ lowest = …, highest = … }} in a file of settings"
    );
}

/// The search that a folder holds, for the report.
pub fn search_record(folder: &RunFolder) -> Result<Option<SearchRecord>, Failure> {
    let Some(table) = SearchTable::read(&folder.root().join(SEARCH_TABLE))? else {
        return Ok(None);
    };
    let Some(best) = table.best() else {
        return Ok(None);
    };
    let trial = |trial: &Trial| TrialRecord {
        learning_rate: trial.learning_rate,
        train: trial.train.map(split),
        test: trial.test.map(split),
        diverged_in: trial.diverged_in,
    };
    Ok(Some(SearchRecord {
        epochs: table.epochs,
        full_epochs: table.full_epochs,
        best: best.learning_rate,
        trials: table.trials.iter().map(trial).collect(),
    }))
}

fn split(metrics: Metrics) -> SplitRecord {
    SplitRecord {
        loss: metrics.loss,
        accuracy: metrics.accuracy,
        top5_accuracy: metrics.top5_accuracy,
    }
}

/// The line of `metrics.jsonl` for an epoch.
pub fn record(metrics: &EpochMetrics) -> EpochRecord {
    EpochRecord {
        epoch: metrics.epoch,
        learning_rate: metrics.learning_rate,
        running_loss: metrics.running_loss,
        train: metrics.train.map(split),
        test: metrics.test.map(split),
    }
}
