//! Whole trainings: learning, determinism, exact resume, divergence.

mod support;

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use hesscope_models::{
    BatchSource, EpochMetrics, EpochTiming, LAST_CHECKPOINT, Metrics, NetConfig, Progress,
    Schedule, Sgd, SilentObserver, TrainConfig, TrainError, TrainObserver, Trainer, Training,
    checkpoint_path, list_checkpoints, load_checkpoint, read_checkpoint_info, state_of,
};
use support::{Toy, bytes, provenance};

const SHAPE: [usize; 3] = [1, 8, 8];
const CLASSES: usize = 4;

fn config() -> TrainConfig {
    TrainConfig {
        epochs: 4,
        batch_size: 16,
        learning_rate: 0.05,
        seed: 11,
        checkpoint_epochs: vec![2],
        ..TrainConfig::default()
    }
}

struct Data {
    train: Toy,
    test: Toy,
}

fn data() -> Data {
    // 57 is no multiple of 16: the last batch of an epoch is smaller.
    Data {
        train: Toy::bands(SHAPE, CLASSES, 57, 1),
        test: Toy::bands(SHAPE, CLASSES, 20, 2),
    }
}

fn net() -> NetConfig {
    NetConfig::from_name("small-cnn").expect("a known name")
}

/// The training of `net` in `dir`.
fn with<T>(
    data: &Data,
    net: &NetConfig,
    config: &TrainConfig,
    dir: &Path,
    act: impl FnOnce(&Training) -> T,
) -> T {
    let device = Device::flex();
    act(&Training {
        net,
        config,
        train_split: &data.train,
        test_split: &data.test,
        provenance: &provenance("a"),
        initial: None,
        dir,
        device: &device,
        company: None,
    })
}

/// Starts or resumes the training in `dir`, as the command does.
fn go(
    data: &Data,
    config: &TrainConfig,
    dir: &Path,
    observer: &mut dyn TrainObserver,
) -> Result<Progress, TrainError> {
    with(data, &net(), config, dir, |training| training.run(observer))
}

/// The bytes of every file in a folder by name.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .expect("the folder")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            (
                entry.file_name().into_string().expect("a name"),
                fs::read(entry.path()).expect("a file"),
            )
        })
        .collect();
    files.sort();
    files
}

/// Asks to stop at the `at`-th question, and keeps the metrics as a file of them would be kept.
#[derive(Default)]
struct Watch {
    asked: Cell<usize>,
    stop_at: Option<usize>,
    lines: Vec<EpochMetrics>,
    batches: usize,
    kept: Vec<usize>,
}

impl TrainObserver for Watch {
    fn started(&mut self, history: &[EpochMetrics], _epochs: usize) {
        self.lines = history.to_vec();
    }
    fn batch_done(&mut self, _epoch: usize, _batch: usize, loss: f64) {
        assert!(loss.is_finite());
        self.batches += 1;
    }
    fn epoch_done(&mut self, metrics: &EpochMetrics) {
        self.lines.push(metrics.clone());
    }
    fn checkpoint_saved(&mut self, epoch: usize, path: &Path) {
        assert!(path.exists());
        self.kept.push(epoch);
    }
    fn interrupted(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.stop_at.is_some_and(|at| self.asked.get() >= at)
    }
}

#[test]
fn the_mlp_learns_separable_bands() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = data();
    let config = TrainConfig {
        epochs: 20,
        ..config()
    };
    let net = NetConfig::from_name("mlp").expect("a known name");
    let end = with(&data, &net, &config, dir.path(), |training| {
        training.run(&mut SilentObserver)
    });
    let history = end.expect("a trained network").history;
    assert_eq!(history.len(), 21);
    let (first, last) = (&history[0], &history[20]);
    let of = |split: Option<Metrics>| split.expect("an evaluation");
    assert!(
        of(first.train).loss > 1.0 && of(last.train).loss < 0.1,
        "{first:?} {last:?}"
    );
    assert!(
        of(last.train).accuracy == 1.0 && of(last.test).accuracy >= 0.9,
        "{last:?}"
    );
    assert_eq!(
        (first.learning_rate, last.learning_rate),
        (None, Some(0.05 / 100.0))
    );
}

#[test]
fn callbacks_and_kept_files_are_those_promised() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut watch = Watch::default();
    let end = go(&data(), &config(), dir.path(), &mut watch).expect("a trained network");
    assert_eq!(end.history, watch.lines);
    assert_eq!(watch.batches, 4 * 57_usize.div_ceil(16));
    assert_eq!(watch.kept, [0, 2, 4]);
    let kept = list_checkpoints(dir.path()).expect("the folder");
    assert_eq!(
        kept,
        [0, 2, 4].map(|epoch| (epoch, checkpoint_path(dir.path(), epoch)))
    );
    let last =
        load_checkpoint(&dir.path().join(LAST_CHECKPOINT), &Device::flex()).expect("a checkpoint");
    assert_eq!(state_of(&last.net), state_of(&end.net));
    assert_eq!(
        (last.info.epoch, last.info.history),
        (4, end.history.clone())
    );
    assert!(end.history[0].running_loss.is_none() && end.history[1].running_loss.is_some());
}

#[test]
fn two_runs_and_any_number_of_threads_agree_bit_for_bit() {
    let run = |threads: usize| {
        let dir = tempfile::tempdir().expect("a folder");
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        pool.install(|| go(&data(), &config(), dir.path(), &mut SilentObserver))
            .expect("a trained network");
        files(dir.path())
    };
    let first = run(2);
    assert!(first == run(2), "two runs on two threads differ");
    assert!(first == run(1), "one thread and two differ");
}

/// Weights after two steps at a size where work is spread over threads.
fn two_large_steps(name: &str, batch: usize, threads: usize) -> Vec<(String, Vec<u8>)> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool");
    let device = Device::flex();
    let toy = Toy::bands([1, 32, 32], 10, 2 * batch, 1);
    let config = NetConfig::from_name(name).expect("a known name");
    let net = config.init([1, 32, 32], 10, 0, &device).expect("a network");
    let mut trainer = Trainer::new(&net, &Sgd::new(0.9, 5e-4), &device);
    pool.install(|| {
        for host in toy.shuffled(batch, 0, 1).map(Result::unwrap) {
            trainer.step(host, 0.05).expect("a step");
        }
    });
    bytes(&state_of(&trainer.network().expect("a network")))
}

#[test]
fn large_batches_agree_bit_for_bit_too() {
    for (name, batch) in [("small-cnn", 128), ("vgg11", 16), ("densenet40", 4)] {
        let first = two_large_steps(name, batch, 2);
        assert!(
            first == two_large_steps(name, batch, 2),
            "{name}: two runs on two threads differ"
        );
        assert!(
            first == two_large_steps(name, batch, 1),
            "{name}: one thread and two differ"
        );
    }
}

#[test]
fn a_run_interrupted_anywhere_ends_as_the_undisturbed_one() {
    let (data, config) = (data(), config());
    let whole = tempfile::tempdir().expect("a folder");
    let mut watch = Watch::default();
    go(&data, &config, whole.path(), &mut watch).expect("a trained network");
    let questions = watch.asked.get();
    let undisturbed = files(whole.path());
    // In the first evaluation, between batches, at the ends of epochs, in later evaluations.
    for stop_at in [1, 3, 7, 8, 9, 12, 15, 21, 30, questions - 1, questions] {
        let dir = tempfile::tempdir().expect("a folder");
        let mut stopped = Watch {
            stop_at: Some(stop_at),
            ..Watch::default()
        };
        let error = go(&data, &config, dir.path(), &mut stopped).expect_err("an interruption");
        assert!(matches!(error, TrainError::Interrupted { .. }), "{error}");
        let mut resumed = Watch::default();
        go(&data, &config, dir.path(), &mut resumed).expect("a trained network");
        assert!(
            files(dir.path()) == undisturbed,
            "stopped at question {stop_at} of {questions}"
        );
        assert_eq!(resumed.lines, watch.lines, "no line lost, none doubled");
    }
}

#[test]
fn a_run_stopped_at_every_step_still_arrives() {
    let (data, config) = (data(), config());
    let whole = tempfile::tempdir().expect("a folder");
    go(&data, &config, whole.path(), &mut SilentObserver).expect("a trained network");
    let dir = tempfile::tempdir().expect("a folder");
    // One epoch (4 batches, evaluations of 4 and 2) finishes before the 13th question.
    let mut attempts = 0;
    while go(
        &data,
        &config,
        dir.path(),
        &mut Watch {
            stop_at: Some(13),
            ..Watch::default()
        },
    )
    .is_err()
    {
        attempts += 1;
        assert!(attempts < 10, "no progress between interruptions");
    }
    assert!(attempts > 0);
    assert!(files(dir.path()) == files(whole.path()));
}

/// Keeps a copy of the folder as it is after each checkpoint that `epoch_done` announces.
struct Copies<'a> {
    dir: &'a Path,
    copies: Vec<Vec<(String, Vec<u8>)>>,
}

impl TrainObserver for Copies<'_> {
    fn epoch_done(&mut self, _metrics: &EpochMetrics) {
        self.copies.push(files(self.dir));
    }
}

#[test]
fn a_kill_between_two_files_does_no_harm() {
    let (data, config) = (data(), config());
    let whole = tempfile::tempdir().expect("a folder");
    let mut copies = Copies {
        dir: whole.path(),
        copies: Vec::new(),
    };
    go(&data, &config, whole.path(), &mut copies).expect("a trained network");
    let undisturbed = files(whole.path());
    let last_of = |epoch: usize| {
        let find = copies.copies[epoch]
            .iter()
            .find(|(name, _)| name == LAST_CHECKPOINT);
        find.expect("a last checkpoint").1.clone()
    };
    for epoch in [2, 4] {
        // Killed when the kept file of this epoch was there, `last` still was the previous epoch's, and half of its
        // successor lay beside it.
        let dir = tempfile::tempdir().expect("a folder");
        for (name, bytes) in &copies.copies[epoch] {
            fs::write(dir.path().join(name), bytes).expect("a file");
        }
        fs::write(dir.path().join(LAST_CHECKPOINT), last_of(epoch - 1)).expect("a file");
        let half = last_of(epoch);
        let partial = dir.path().join(".hesscope-abcdefghijkl.partial");
        fs::write(&partial, &half[..half.len() / 2]).expect("a file");
        let mut watch = Watch::default();
        go(&data, &config, dir.path(), &mut watch).expect("a trained network");
        assert_eq!(watch.lines.len(), 5);
        hesscope_files::remove_leftovers(dir.path());
        assert!(files(dir.path()) == undisturbed, "killed in epoch {epoch}");
    }
}

#[test]
fn a_full_disk_stops_the_training_and_it_goes_on_later() {
    let (data, config) = (data(), config());
    let whole = tempfile::tempdir().expect("a folder");
    go(&data, &config, whole.path(), &mut SilentObserver).expect("a trained network");
    let dir = tempfile::tempdir().expect("a folder");
    // A folder in the place of the file fails the write as a full disk would.
    let obstacle = dir.path().join("epoch-0002.safetensors");
    fs::create_dir(&obstacle).expect("a folder");
    let error = go(&data, &config, dir.path(), &mut SilentObserver).expect_err("no write");
    assert!(
        error.to_string().contains("epoch-0002.safetensors"),
        "{error}"
    );
    let last = load_checkpoint(&dir.path().join(LAST_CHECKPOINT), &Device::flex());
    assert_eq!(
        last.expect("a checkpoint").info.epoch,
        1,
        "an epoch is done only once it is kept"
    );
    fs::remove_dir(&obstacle).expect("room again");
    go(&data, &config, dir.path(), &mut SilentObserver).expect("a trained network");
    assert!(files(dir.path()) == files(whole.path()));
}

#[test]
fn a_finished_run_is_not_repeated() {
    let dir = tempfile::tempdir().expect("a folder");
    go(&data(), &config(), dir.path(), &mut SilentObserver).expect("a trained network");
    let before = files(dir.path());
    let mut watch = Watch::default();
    let again = go(&data(), &config(), dir.path(), &mut watch).expect("a trained network");
    assert_eq!((watch.batches, watch.lines.len(), again.epoch), (0, 5, 4));
    assert!(files(dir.path()) == before);
}

#[test]
fn seeds_change_weights_and_order() {
    let run = |seed| {
        let dir = tempfile::tempdir().expect("a folder");
        let config = TrainConfig {
            seed,
            epochs: 1,
            checkpoint_epochs: vec![],
            ..config()
        };
        bytes(&state_of(
            &go(&data(), &config, dir.path(), &mut SilentObserver)
                .expect("a trained network")
                .net,
        ))
    };
    assert_ne!(run(1), run(2));
}

#[test]
fn weights_and_order_can_have_seeds_of_their_own() {
    let run = |seed, order_seed| {
        let dir = tempfile::tempdir().expect("a folder");
        let config = TrainConfig {
            seed,
            order_seed,
            epochs: 1,
            checkpoint_epochs: vec![],
            ..config()
        };
        go(&data(), &config, dir.path(), &mut SilentObserver).expect("a trained network");
        let weights = |epoch| {
            let path = checkpoint_path(dir.path(), epoch);
            let checkpoint = load_checkpoint(&path, &Device::flex()).expect("a checkpoint");
            assert_eq!(checkpoint.info.train.order_seed, order_seed);
            bytes(&state_of(&checkpoint.net))
        };
        (weights(0), weights(1))
    };
    let (one, other_order, other_weights) = (run(1, None), run(1, Some(2)), run(2, Some(1)));
    assert_eq!(one, run(1, Some(1)), "one seed is both");
    assert_eq!(one.0, other_order.0);
    assert_ne!(one.1, other_order.1);
    assert_ne!(one.0, other_weights.0);
    assert_ne!(other_weights.1, other_order.1);
}

#[test]
fn epochs_are_evaluated_as_often_as_asked_and_trained_all_the_same() {
    let (data, every) = (data(), config());
    let seldom = TrainConfig {
        epochs: 7,
        eval_every: 3,
        ..config()
    };
    let every = TrainConfig { epochs: 7, ..every };
    let often = tempfile::tempdir().expect("a folder");
    let whole = go(&data, &every, often.path(), &mut SilentObserver).expect("a trained network");
    let dir = tempfile::tempdir().expect("a folder");
    let end = go(&data, &seldom, dir.path(), &mut SilentObserver).expect("a trained network");
    assert_eq!(
        bytes(&state_of(&end.net)),
        bytes(&state_of(&whole.net)),
        "evaluating changes nothing"
    );
    let evaluated: Vec<usize> = end
        .history
        .iter()
        .filter(|line| line.train.is_some() && line.test.is_some())
        .map(|line| line.epoch)
        .collect();
    // 0, the multiples of 3, the kept epoch 2, and the last.
    assert_eq!(evaluated, [0, 2, 3, 6, 7]);
    for (line, reference) in end.history.iter().zip(&whole.history) {
        assert_eq!(line.running_loss, reference.running_loss);
        assert!(line.train.is_none() || line.train == reference.train);
    }
    let json = serde_json::to_string(&end.history[1]).expect("JSON");
    assert!(
        !json.contains("train") && json.contains("running_loss"),
        "{json}"
    );
    // Resumed anywhere, it ends with the same files.
    for stop_at in [5, 12, 20, 31] {
        let stopped_dir = tempfile::tempdir().expect("a folder");
        let mut stopped = Watch {
            stop_at: Some(stop_at),
            ..Watch::default()
        };
        go(&data, &seldom, stopped_dir.path(), &mut stopped).expect_err("an interruption");
        go(&data, &seldom, stopped_dir.path(), &mut SilentObserver).expect("a trained network");
        assert!(files(stopped_dir.path()) == files(dir.path()), "{stop_at}");
    }
}

/// Times, and the epochs that the last checkpoint held when they were told.
struct Timings {
    times: Vec<EpochTiming>,
    saved: Vec<Option<usize>>,
    last: PathBuf,
}

impl TrainObserver for Timings {
    fn epoch_timed(&mut self, timing: &EpochTiming) {
        self.times.push(*timing);
        let saved = read_checkpoint_info(&self.last);
        self.saved.push(saved.ok().map(|info| info.epoch));
    }
}

#[test]
fn every_epoch_is_timed() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = TrainConfig {
        eval_every: 3,
        ..config()
    };
    let mut timings = Timings {
        times: Vec::new(),
        saved: Vec::new(),
        last: dir.path().join(LAST_CHECKPOINT),
    };
    go(&data(), &config, dir.path(), &mut timings).expect("a trained network");
    // Before the epoch's checkpoint, so that a kill behind it finds the times kept.
    assert_eq!(timings.saved, [None, Some(0), Some(1), Some(2), Some(3)]);
    assert_eq!(timings.times.len(), 5);
    for (epoch, timing) in timings.times.iter().enumerate() {
        assert_eq!(timing.epoch, epoch);
        assert_eq!(timing.examples, if epoch == 0 { 0 } else { 57 });
        assert_eq!(timing.examples_per_second().is_some(), epoch > 0);
        assert_eq!(timing.evaluation_seconds.is_some(), config.evaluates(epoch));
    }
}

/// Cannot write the times of epoch 2.
#[derive(Default)]
struct Failing(bool);

impl TrainObserver for Failing {
    fn epoch_timed(&mut self, timing: &EpochTiming) {
        self.0 |= timing.epoch == 2;
    }
    fn interrupted(&self) -> bool {
        self.0
    }
}

#[test]
fn an_epoch_whose_times_cannot_be_kept_is_not_saved() {
    let dir = tempfile::tempdir().expect("a folder");
    let end = go(&data(), &config(), dir.path(), &mut Failing::default());
    let ended = matches!(end, Err(TrainError::Interrupted { epoch: 2 }));
    assert!(ended);
    let last = read_checkpoint_info(&dir.path().join(LAST_CHECKPOINT)).expect("a checkpoint");
    assert_eq!(last.epoch, 1);
}

#[test]
fn divergence_names_epoch_and_rate_and_keeps_what_was_saved() {
    let dir = tempfile::tempdir().expect("a folder");
    let mlp: NetConfig = serde_json::from_str(r#"{"name": "mlp"}"#).expect("a configuration");
    let config = TrainConfig {
        learning_rate: 1e12,
        schedule: Schedule::Constant,
        ..config()
    };
    let (device, data) = (Device::flex(), data());
    let error = with(&data, &mlp, &config, dir.path(), |training| {
        training.run(&mut SilentObserver)
    });
    let error = error.expect_err("divergence");
    assert!(
        matches!(
            error,
            TrainError::Diverged {
                epoch: 1,
                learning_rate: 1e12,
                ..
            }
        ),
        "{error}"
    );
    let sentence = error.to_string();
    assert!(
        sentence.contains("in epoch 1")
            && sentence.contains("lower the learning rate, now 1000000000000")
    );
    load_checkpoint(&checkpoint_path(dir.path(), 0), &device).expect("epoch 0 is kept");
    let resumed = with(&data, &mlp, &config, dir.path(), |training| {
        training.resume().expect("readable")
    });
    assert_eq!(resumed.expect("epoch 0").epoch, 0);
}

#[test]
fn settings_out_of_range_and_unfit_data_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let refused = |config: TrainConfig| {
        go(&data(), &config, dir.path(), &mut SilentObserver)
            .expect_err("refused")
            .to_string()
    };
    let base = config;
    assert_eq!(
        refused(TrainConfig {
            batch_size: 0,
            ..base()
        }),
        "the training setting `batch-size` is 0 but must be at least 1: change it"
    );
    assert!(
        refused(TrainConfig {
            learning_rate: f64::NAN,
            ..base()
        })
        .contains("`learning-rate` is NaN")
    );
    assert!(
        refused(TrainConfig {
            momentum: 1.0,
            ..base()
        })
        .contains("`momentum` is 1 ")
    );
    assert!(
        refused(TrainConfig {
            weight_decay: -1.0,
            ..base()
        })
        .contains("`weight-decay` is -1 ")
    );
    assert!(
        refused(TrainConfig {
            checkpoint_epochs: vec![5],
            ..base()
        })
        .contains("`checkpoint-epochs` is 5 ")
    );
    assert!(
        refused(TrainConfig {
            warm_up_epochs: 4,
            ..base()
        })
        .contains("`warm-up-epochs` is 4 but must be below the number of epochs")
    );
    assert!(
        refused(TrainConfig {
            eval_every: 0,
            ..base()
        })
        .contains("`eval-every` is 0 ")
    );
    assert!(
        refused(TrainConfig {
            schedule: Schedule::Cosine { floor: 2.0 },
            ..base()
        })
        .contains("`schedule.floor` is 2 ")
    );

    let other = Toy::bands([1, 8, 8], 3, 9, 0);
    let unfit = Data {
        test: other,
        ..data()
    };
    let error = go(&unfit, &config(), dir.path(), &mut SilentObserver);
    let sentence = error.expect_err("refused").to_string();
    assert!(
        sentence.starts_with("the test split has images of [1, 8, 8] in 3 classes"),
        "{sentence}"
    );
    assert!(serde_json::from_str::<TrainConfig>(r#"{"learning-rat": 1}"#).is_err());
}

#[test]
fn one_leftover_example_cannot_be_normalised() {
    let dir = tempfile::tempdir().expect("a folder");
    let vgg = NetConfig::from_name("vgg11").expect("a known name");
    let config = TrainConfig {
        batch_size: 2,
        ..config()
    };
    let toy = || Toy::bands([1, 32, 32], 2, 3, 0);
    let data = Data {
        train: toy(),
        test: toy(),
    };
    let error = with(&data, &vgg, &config, dir.path(), |training| {
        training.run(&mut SilentObserver)
    })
    .expect_err("refused");
    assert!(
        matches!(
            error,
            TrainError::SmallBatch {
                examples: 3,
                batch_size: 2,
                size: 1
            }
        ),
        "{error}"
    );
}
