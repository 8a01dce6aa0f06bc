//! The search for the learning rate, undisturbed and killed.

mod support;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use burn::tensor::Device;
use hesscope_models::{
    BatchSource, Edge, EpochMetrics, LAST_CHECKPOINT, NetConfig, Progress, SEARCH_TABLE, Schedule,
    Search, SearchError, SearchObserver, SearchTable, SilentObserver, TrainConfig, TrainError,
    TrainObserver, Training, Trial, list_checkpoints, trial_folder,
};
use support::{Toy, provenance};

const SHAPE: [usize; 3] = [1, 8, 8];
const RATES: [f64; 4] = [1e-3, 0.01, 0.1, 1e12];
const FOLDER: &str = "HESSCOPE_TEST_SEARCH_FOLDER";

fn config() -> TrainConfig {
    TrainConfig {
        epochs: 4,
        batch_size: 16,
        schedule: Schedule::Constant,
        checkpoint_epochs: vec![2],
        ..TrainConfig::default()
    }
}

fn net() -> NetConfig {
    NetConfig::from_name("mlp").expect("a known name")
}

fn data() -> Toy {
    Toy::bands(SHAPE, 4, 57, 1)
}

fn with_search<T>(
    dir: &Path,
    rates: &[f64],
    epochs: usize,
    config: &TrainConfig,
    act: impl FnOnce(&Search) -> T,
) -> T {
    let (data, device, net) = (data(), Device::flex(), net());
    let training = Training {
        net: &net,
        config,
        train_split: &data,
        test_split: &data,
        provenance: &provenance("a"),
        initial: None,
        dir: &dir.join("checkpoints"),
        device: &device,
        company: None,
    };
    act(&Search {
        training,
        rates,
        epochs,
        dir,
    })
}

fn search(
    dir: &Path,
    rates: &[f64],
    epochs: usize,
    observer: &mut dyn SearchObserver,
) -> Result<SearchTable, SearchError> {
    with_search(dir, rates, epochs, &config(), |search| search.run(observer))
}

/// The training at one rate, on its own.
fn training(dir: &Path, learning_rate: f64, epochs: usize) -> Result<Progress, TrainError> {
    let config = TrainConfig {
        learning_rate,
        epochs,
        ..config()
    };
    let (data, device) = (data(), Device::flex());
    let training = Training {
        net: &net(),
        config: &config,
        train_split: &data,
        test_split: &data,
        provenance: &provenance("a"),
        initial: None,
        dir,
        device: &device,
        company: None,
    };
    training.run(&mut SilentObserver)
}

/// Every file below a folder, by path.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(dir).expect("below it").display();
            found.push((name.to_string(), fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

#[derive(Default)]
struct Watch {
    started: Vec<f64>,
    reused: usize,
    batches: usize,
    stop_after: Option<usize>,
}

impl TrainObserver for Watch {
    fn batch_done(&mut self, _epoch: usize, _batch: usize, _loss: f64) {
        self.batches += 1;
    }
    fn interrupted(&self) -> bool {
        self.stop_after.is_some_and(|after| self.batches >= after)
    }
}

impl SearchObserver for Watch {
    fn trial_started(&mut self, number: usize, count: usize, learning_rate: f64) {
        assert!(number >= 1 && number <= count);
        self.started.push(learning_rate);
    }
    fn trial_done(&mut self, _trial: &Trial, reused: bool) {
        self.reused += usize::from(reused);
    }
}

#[test]
fn each_trial_is_the_training_at_its_rate_and_the_best_becomes_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut watch = Watch::default();
    let table = search(dir.path(), &RATES, 4, &mut watch).expect("a table");
    assert_eq!(watch.started, RATES);
    assert_eq!(table.trials.len(), 4);
    let mut lowest = (f64::INFINITY, 0.0);
    for trial in &table.trials[..3] {
        let own = tempfile::tempdir().expect("a folder");
        let end = training(own.path(), trial.learning_rate, 4).expect("a trained network");
        let last = end.history.last().expect("an epoch");
        assert_eq!((trial.train, trial.test), (last.train, last.test));
        let loss = last.train.expect("an evaluation").loss;
        if loss < lowest.0 {
            lowest = (loss, trial.learning_rate);
        }
    }
    let diverged = table.trials[3];
    assert_eq!((diverged.train, diverged.diverged_in), (None, Some(1)));
    let best = table.best().expect("a best").learning_rate;
    assert_eq!(best, lowest.1);
    for &rate in &RATES {
        let folder = trial_folder(dir.path(), rate);
        let kept = list_checkpoints(&folder).expect("the trial's folder");
        assert_eq!(kept.is_empty(), rate != best, "only the best keeps its own");
    }

    // The run's folder gets, without a step of training, what training there leaves.
    let run = dir.path().join("checkpoints");
    let adopt = || {
        with_search(dir.path(), &RATES, 4, &config(), |search| {
            search.adopt(&table).expect("moved")
        })
    };
    let adopted = || {
        with_search(dir.path(), &RATES, 4, &config(), |search| {
            search.adopted(&table)
        })
    };
    assert_eq!(adopted(), Some(trial_folder(dir.path(), best)));
    assert!(adopt() && !adopt());
    assert_eq!(adopted(), None);
    let own = tempfile::tempdir().expect("a folder");
    training(own.path(), best, 4).expect("a trained network");
    assert!(files(&run) == files(own.path()));
    training(&run, best, 4).expect("found done");
    assert!(files(&run) == files(own.path()));
    // And the search is over for good.
    let mut watch = Watch::default();
    let again = search(dir.path(), &RATES, 4, &mut watch).expect("a table");
    assert_eq!((again, watch.batches, watch.reused), (table, 0, 4));
}

#[test]
fn fewer_epochs_choose_but_are_not_the_training() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = search(dir.path(), &RATES[..2], 2, &mut SilentObserver).expect("a table");
    assert_eq!((table.epochs, table.full_epochs), (2, 4));
    let run = dir.path().join("checkpoints");
    let adopted = with_search(dir.path(), &RATES[..2], 2, &config(), |search| {
        search.adopt(&table).expect("nothing to move")
    });
    assert!(!adopted && !run.exists());
    for trial in &table.trials {
        let own = tempfile::tempdir().expect("a folder");
        let config = TrainConfig {
            learning_rate: trial.learning_rate,
            epochs: 2,
            checkpoint_epochs: vec![],
            ..config()
        };
        let (data, device) = (data(), Device::flex());
        let training = Training {
            net: &net(),
            config: &config,
            train_split: &data,
            test_split: &data,
            provenance: &provenance("a"),
            initial: None,
            dir: own.path(),
            device: &device,
            company: None,
        };
        let end = training.run(&mut SilentObserver);
        let end = end.expect("a trained network");
        assert_eq!(trial.train, end.history[2].train);
        let folder = trial_folder(dir.path(), trial.learning_rate);
        let left = files(&folder);
        assert_eq!(left.len(), 1, "only the last checkpoint stays");
        assert_eq!(left[0].0, LAST_CHECKPOINT);
    }
    // The training itself goes on as it would have without a search.
    let best = table.best().expect("a best").learning_rate;
    let own = tempfile::tempdir().expect("a folder");
    training(&run, best, 4).expect("a trained network");
    training(own.path(), best, 4).expect("a trained network");
    assert!(files(&run) == files(own.path()));
}

#[test]
fn a_shorter_search_leaves_out_the_milestones_behind_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = TrainConfig {
        schedule: Schedule::Step {
            milestones: Some(vec![1, 3]),
            factor: 0.5,
        },
        ..config()
    };
    let table = with_search(dir.path(), &RATES[1..2], 2, &config, |search| {
        search.run(&mut SilentObserver)
    });
    assert_eq!(table.expect("a table").trials.len(), 1);
}

#[test]
fn all_diverged_is_an_error_and_the_edge_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let error = search(dir.path(), &[1e12, 1e13], 4, &mut SilentObserver).expect_err("no rate");
    assert_eq!(
        error.to_string(),
        "training diverged at every learning rate from 1000000000000 to 10000000000000: search among lower ones"
    );
    let dir = tempfile::tempdir().expect("a folder");
    let table = search(dir.path(), &RATES[..2], 4, &mut SilentObserver).expect("a table");
    assert_eq!(table.edge(), Some(Edge::Highest));
}

#[test]
fn what_cannot_be_searched_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let refused = |rates: &[f64], epochs| {
        let error = search(dir.path(), rates, epochs, &mut SilentObserver);
        error.expect_err("refused").to_string()
    };
    assert!(refused(&[], 4).contains("`learning-rate` is no rate"));
    assert!(refused(&[0.1, -1.0], 4).contains("`learning-rate` is -1 "));
    assert!(refused(&[0.1], 5).contains("`search-epochs` is 5 "));
    assert!(refused(&[0.1], 0).contains("`search-epochs` is 0 "));
    assert!(files(dir.path()).is_empty(), "nothing is written before");
    // A folder holds one search only.
    search(dir.path(), &RATES[..1], 4, &mut SilentObserver).expect("a table");
    let error = refused(&RATES[..1], 3);
    assert!(
        error.contains(SEARCH_TABLE) && error.contains("search-epochs = 4, not 3"),
        "{error}"
    );
    let other = TrainConfig {
        momentum: 0.5,
        ..config()
    };
    let error = with_search(dir.path(), &RATES[..1], 4, &other, |search| {
        search.run(&mut SilentObserver).expect_err("refused")
    });
    let sentence = error.to_string();
    assert!(sentence.contains("momentum = 0.9, not 0.5"), "{sentence}");
    let path = dir.path().join(SEARCH_TABLE);
    fs::write(&path, "{\"format\": 1").expect("the table");
    let error = refused(&RATES[..1], 4);
    assert!(
        error.contains(SEARCH_TABLE) && error.contains("delete it"),
        "{error}"
    );
    // As the sentence promises: nothing is trained again.
    fs::remove_file(&path).expect("the table");
    let mut watch = Watch::default();
    search(dir.path(), &RATES[..1], 4, &mut watch).expect("a table");
    assert_eq!(watch.batches, 0);
}

#[test]
fn a_search_interrupted_anywhere_ends_as_the_undisturbed_one() {
    let whole = tempfile::tempdir().expect("a folder");
    let table = search(whole.path(), &RATES, 4, &mut SilentObserver).expect("a table");
    for stop_after in [0, 1, 9, 16, 17, 40, 47] {
        let dir = tempfile::tempdir().expect("a folder");
        let mut stopped = Watch {
            stop_after: Some(stop_after),
            ..Watch::default()
        };
        let error = search(dir.path(), &RATES, 4, &mut stopped).expect_err("an interruption");
        assert!(
            matches!(error, SearchError::Train(TrainError::Interrupted { .. })),
            "{error}"
        );
        let mut resumed = Watch::default();
        let again = search(dir.path(), &RATES, 4, &mut resumed).expect("a table");
        assert_eq!(again, table);
        // 16 batches a trial; it is finished only once its last evaluation is.
        let finished = stop_after.saturating_sub(1) / 16;
        assert_eq!(resumed.reused, finished, "finished ones are reused");
        assert!(files(dir.path()) == files(whole.path()), "{stop_after}");
    }
}

/// Leaves time to be killed in.
struct Slow;

impl TrainObserver for Slow {
    fn batch_done(&mut self, _epoch: usize, _batch: usize, _loss: f64) {
        sleep(Duration::from_millis(2));
    }
}

impl SearchObserver for Slow {}

/// The search, then the move of its best: what a run does.
fn go(dir: &Path, observer: &mut dyn SearchObserver) {
    let table = search(dir, &RATES, 4, observer).expect("a table");
    with_search(dir, &RATES, 4, &config(), |search| {
        search.adopt(&table).expect("moved")
    });
}

#[test]
#[ignore = "the process the other test kills"]
fn child() {
    let dir = std::env::var_os(FOLDER).expect("started by the other test");
    go(Path::new(&dir), &mut Slow);
}

#[test]
fn a_search_killed_repeatedly_arrives_at_the_same_files() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut killed = 0;
    for milliseconds in [3, 10, 20, 30, 45, 60, 80, 100, 130] {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "child", "--ignored"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        sleep(Duration::from_millis(milliseconds));
        child.kill().expect("a kill");
        killed += usize::from(!child.wait().expect("an end").success());
    }
    assert!(killed > 0, "every process had ended before its kill");
    go(dir.path(), &mut SilentObserver);
    let whole = tempfile::tempdir().expect("a folder");
    go(whole.path(), &mut SilentObserver);
    let (ours, wanted) = (files(dir.path()), files(whole.path()));
    let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
        let kept = files.iter().filter(|(name, _)| !name.contains(".partial"));
        kept.map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&ours), names(&wanted));
    for (name, bytes) in wanted {
        let found = ours.iter().find(|(other, _)| *other == name);
        assert!(
            found.is_some_and(|(_, ours)| *ours == bytes),
            "{name} differs"
        );
    }
}

/// Cannot write what is known of a finished training.
#[derive(Default)]
struct Failing(bool);

impl TrainObserver for Failing {
    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        self.0 |= metrics.epoch == 4;
    }
    fn interrupted(&self) -> bool {
        self.0
    }
}

impl SearchObserver for Failing {}

#[test]
fn a_trial_that_cannot_be_written_of_is_not_in_the_table() {
    let dir = tempfile::tempdir().expect("a folder");
    let end = search(dir.path(), &RATES[..2], 4, &mut Failing::default());
    assert!(end.is_err());
    let path = dir.path().join(SEARCH_TABLE);
    assert_eq!(SearchTable::read(&path).expect("no damage"), None);
    // It is done, and only gone on with.
    let mut watch = Watch::default();
    search(dir.path(), &RATES[..2], 4, &mut watch).expect("a table");
    let batches = 4 * data().len().div_ceil(16);
    assert_eq!((watch.batches, watch.reused), (batches, 0));
}
