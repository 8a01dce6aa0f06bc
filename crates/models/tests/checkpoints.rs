//! Checkpoints that are sound, damaged, of another run or other data, and healed.

mod support;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use hesscope_models::{
    CheckpointError, EpochMetrics, LAST_CHECKPOINT, Metrics, NetConfig, Progress, Provenance,
    SilentObserver, TrainConfig, TrainError, Training, checkpoint_path, heal_checkpoints,
    list_checkpoints, load_checkpoint, read_checkpoint_info, state_of,
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use support::{Toy, provenance};

const SHAPE: [usize; 3] = [1, 8, 8];

fn net() -> NetConfig {
    NetConfig::from_name("small-cnn").expect("a known name")
}

fn config() -> TrainConfig {
    TrainConfig::default()
}

fn fresh(epoch: usize) -> Progress {
    let network = net().init(SHAPE, 3, config().seed, &Device::flex());
    let mut progress = Progress::start(network.expect("a network"), &config());
    progress.epoch = epoch;
    let metrics = Metrics {
        loss: 0.1 + 0.2,
        accuracy: 1.0 / 3.0,
        top5_accuracy: None,
    };
    progress.history = vec![EpochMetrics {
        epoch: 0,
        learning_rate: None,
        running_loss: None,
        train: Some(metrics),
        test: Some(metrics),
    }];
    progress
}

fn save(progress: &Progress, paths: &[&Path]) -> Result<(), CheckpointError> {
    let from = provenance("a");
    progress.checkpoint(&config(), &from).save(paths)
}

/// A folder with a good checkpoint in it, and its bytes. After epoch 1 there is no other file to keep.
fn saved() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(LAST_CHECKPOINT);
    save(&fresh(1), &[&path]).expect("a checkpoint");
    let bytes = fs::read(&path).expect("the file");
    (dir, path, bytes)
}

/// What a training in `dir` with these settings and of this origin is resumed from.
fn resume(
    dir: &Path,
    net: &NetConfig,
    (shape, classes): ([usize; 3], usize),
    config: &TrainConfig,
    provenance: &Provenance,
) -> Result<Option<Progress>, CheckpointError> {
    let data = Toy::bands(shape, classes, 12, 1);
    let training = Training {
        net,
        config,
        train_split: &data,
        test_split: &data,
        provenance,
        initial: None,
        dir,
        device: &Device::flex(),
        company: None,
    };
    training.resume()
}

fn load_error(path: &Path) -> CheckpointError {
    load_checkpoint(path, &Device::flex())
        .map(|_| ())
        .expect_err("an error")
}

fn is_damage_of(error: &CheckpointError, file: &Path) -> bool {
    matches!(error, CheckpointError::Damaged { path, .. } if path == file)
        && error.to_string().contains(&file.display().to_string())
}

#[test]
fn a_good_file_comes_back_whole() {
    let (dir, path, bytes) = saved();
    let checkpoint = load_checkpoint(&path, &Device::flex()).expect("a checkpoint");
    assert_eq!(state_of(&checkpoint.net), state_of(&fresh(1).net));
    assert_eq!(checkpoint.info.provenance, provenance("a"));
    let info = read_checkpoint_info(&path).expect("a checkpoint");
    assert_eq!(info, checkpoint.info);
    assert_eq!(info.sha256.len(), 64);
    let resumed = resume(dir.path(), &net(), (SHAPE, 3), &config(), &provenance("a"));
    let resumed = resumed.expect("readable").expect("a checkpoint");
    save(&resumed, &[&path]).expect("a checkpoint");
    assert!(
        fs::read(&path).expect("the file") == bytes,
        "reading and writing changes nothing"
    );
    assert_eq!(
        fs::read_dir(dir.path()).expect("the folder").count(),
        1,
        "nothing is left beside it"
    );
}

#[test]
fn missing_truncated_extended_and_empty_files() {
    let (_dir, path, bytes) = saved();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes")) as usize;
    let ends = (0..40).chain(header - 3..header + 9);
    let lengths = ends
        .chain((0..bytes.len()).step_by(bytes.len() / 40))
        .chain(bytes.len() - 9..bytes.len());
    for length in lengths {
        fs::write(&path, &bytes[..length]).expect("a file");
        let error = load_error(&path);
        assert!(is_damage_of(&error, &path), "{length}: {error}");
    }
    for more in [&b"m"[..], b"more", &[0; 4096]] {
        fs::write(&path, [&bytes[..], more].concat()).expect("a file");
        assert!(is_damage_of(&load_error(&path), &path));
    }
    fs::remove_file(&path).expect("removed");
    let error = load_error(&path);
    assert!(matches!(error, CheckpointError::Missing { .. }));
    assert!(
        error.to_string().starts_with("there is no checkpoint ")
            && error.to_string().contains(LAST_CHECKPOINT)
    );
}

#[test]
fn every_flipped_bit_is_noticed() {
    let (_dir, path, bytes) = saved();
    let header = u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes")) as usize;
    // Through the length, the header with the metadata and the tensors.
    let positions = (0..bytes.len())
        .step_by(bytes.len() / 60)
        .chain((0..8 + header).step_by(3))
        .chain(header - 40..8 + header)
        .chain([bytes.len() - 1]);
    for position in positions {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1 << bit;
            fs::write(&path, &damaged).expect("a file");
            let error = load_error(&path);
            assert!(is_damage_of(&error, &path), "{position}, {bit}: {error}");
        }
    }
}

#[test]
fn foreign_files() {
    let (_dir, path, bytes) = saved();
    let view = TensorView::new(Dtype::F32, vec![1], &[0; 4]).expect("a view");
    let foreign = safetensors::serialize([("weight", view.clone())], None).expect("bytes");
    fs::write(&path, foreign).expect("a file");
    let error = load_error(&path);
    assert!(error.to_string().contains("none of hesscope"), "{error}");
    fs::write(&path, "epoch,loss\n1,0.5\n".repeat(20)).expect("a file");
    assert!(is_damage_of(&load_error(&path), &path));
    let with = |json: &str| {
        let sealed = |sha256: &str| {
            let value = format!("{sha256} {json}");
            let metadata = HashMap::from([("hesscope.checkpoint".to_owned(), value)]);
            safetensors::serialize([("weight", view.clone())], Some(metadata)).expect("bytes")
        };
        let content = [json.as_bytes(), b"\nweight F32 [1]\n", &[0; 4]].concat();
        let sum = hesscope_files::sha256_hex(&content);
        fs::write(&path, sealed(&sum)).expect("a file");
        load_error(&path)
    };
    let newer = with(r#"{"format": 999}"#);
    assert!(
        matches!(newer, CheckpointError::Version { found: 999, .. }),
        "{newer}"
    );
    assert!(newer.to_string().contains("reads format 1"), "{newer}");
    for unreadable in [r#"{"format": 1}"#, "nonsense"] {
        assert!(is_damage_of(&with(unreadable), &path));
    }
    // A network that would not fit into any memory is not made to find that out.
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("a header");
    let metadata = header.metadata().as_ref().expect("metadata");
    let (_, json) = metadata["hesscope.checkpoint"]
        .split_once(' ')
        .expect("a sum");
    let mut info: serde_json::Value = serde_json::from_str(json).expect("JSON");
    info["net"] = serde_json::json!({"name": "mlp", "hidden": [1_000_000_000, 1_000_000_000]});
    let error = with(&info.to_string());
    assert!(is_damage_of(&error, &path), "{error}");
    assert!(
        error
            .to_string()
            .contains("lacks numbers that its network has"),
        "{error}"
    );
    fs::write(&path, bytes).expect("a file");
    load_checkpoint(&path, &Device::flex()).expect("the good file again");
}

#[test]
fn other_settings_are_named() {
    let (dir, _, _) = saved();
    let resume = |net: &NetConfig, input, classes, config: &TrainConfig| {
        let resumed = resume(dir.path(), net, (input, classes), config, &provenance("a"));
        match resumed.map(|_| ()).expect_err("an error") {
            CheckpointError::Settings {
                field,
                stored,
                wanted,
                ..
            } => (field, stored, wanted),
            other => panic!("{other}"),
        }
    };
    let owned = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let mlp = NetConfig::from_name("mlp").expect("a known name");
    assert_eq!(
        resume(&mlp, SHAPE, 3, &config()),
        owned("net.name", "\"small-cnn\"", "\"mlp\"")
    );
    let wide: NetConfig =
        serde_json::from_str(r#"{"name": "small-cnn", "channels": [4, 4]}"#).expect("JSON");
    assert_eq!(
        resume(&wide, SHAPE, 3, &config()),
        owned("net.channels", "[8,24]", "[4,4]")
    );
    assert_eq!(
        resume(&net(), [1, 9, 8], 3, &config()),
        owned("input", "[1,8,8]", "[1,9,8]")
    );
    assert_eq!(
        resume(&net(), SHAPE, 4, &config()),
        owned("classes", "3", "4")
    );
    let faster = TrainConfig {
        learning_rate: 0.5,
        ..config()
    };
    assert_eq!(
        resume(&net(), SHAPE, 3, &faster),
        owned("train.learning-rate", "0.02", "0.5")
    );
    let empty = tempfile::tempdir().expect("a folder");
    let nothing = self::resume(
        empty.path(),
        &net(),
        (SHAPE, 3),
        &config(),
        &provenance("a"),
    );
    assert!(nothing.expect("no error").is_none());
}

#[test]
fn a_folder_that_cannot_be_written_keeps_the_old_file() {
    let (dir, path, bytes) = saved();
    // A folder in the place of the first file stops the write on every system and for every user.
    let obstacle = checkpoint_path(dir.path(), 1);
    fs::create_dir(&obstacle).expect("a folder");
    let error = save(&fresh(1), &[&obstacle, &path]).expect_err("an error");
    assert!(matches!(&error, CheckpointError::Write { path, .. } if *path == obstacle));
    assert!(
        error
            .to_string()
            .starts_with("cannot write the checkpoint "),
        "{error}"
    );
    assert!(fs::read(&path).expect("the file") == bytes);
    assert_eq!(fs::read_dir(dir.path()).expect("the folder").count(), 2);
}

/// A finished training of this origin and its files.
fn trained(seed: u64, from: &Provenance) -> (tempfile::TempDir, Vec<(String, Vec<u8>)>) {
    let dir = tempfile::tempdir().expect("a folder");
    run(dir.path(), seed, from).expect("a trained network");
    let files = files(dir.path());
    (dir, files)
}

fn run(dir: &Path, seed: u64, provenance: &Provenance) -> Result<(), TrainError> {
    let config = TrainConfig {
        epochs: 6,
        batch_size: 8,
        checkpoint_epochs: vec![2],
        seed,
        ..config()
    };
    let data = Toy::bands(SHAPE, 3, 20, 1);
    let training = Training {
        net: &net(),
        config: &config,
        train_split: &data,
        test_split: &data,
        provenance,
        initial: None,
        dir,
        device: &Device::flex(),
        company: None,
    };
    training.run(&mut SilentObserver).map(|_| ())
}

fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(dir).expect("the folder").flatten();
    let file = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().expect("a name");
        (name, fs::read(entry.path()).expect("a file"))
    };
    let mut files: Vec<_> = entries.map(file).collect();
    files.sort();
    files
}

#[test]
fn equal_trainings_write_equal_files_and_no_others_do() {
    let (a, same, other) = (
        trained(0, &provenance("a")),
        trained(0, &provenance("a")),
        trained(0, &provenance("b")),
    );
    assert!(a.1 == same.1);
    let identities = |dir: &Path| -> Vec<String> {
        let kept = list_checkpoints(dir).expect("the folder");
        let info = |(_, path): &(usize, PathBuf)| read_checkpoint_info(path).expect("sound").sha256;
        kept.iter().map(info).collect()
    };
    let (ours, others) = (identities(a.0.path()), identities(other.0.path()));
    assert_eq!(ours, identities(same.0.path()));
    assert!(ours.len() == 3 && ours.iter().all(|sum| !others.contains(sum)));
    let last = read_checkpoint_info(&a.0.path().join(LAST_CHECKPOINT)).expect("sound");
    assert_eq!(last.sha256, ours[2], "the last epoch's is the last");
}

#[test]
fn an_epoch_under_the_name_of_another_is_told() {
    let (dir, _) = trained(0, &provenance("a"));
    let path = checkpoint_path(dir.path(), 6);
    fs::copy(checkpoint_path(dir.path(), 2), &path).expect("a copy");
    for error in [
        load_error(&path),
        read_checkpoint_info(&path).expect_err("an error"),
    ] {
        assert!(
            matches!(&error, CheckpointError::OtherEpoch { path: p, found: 2, named: 6 } if *p == path),
            "{error}"
        );
    }
}

#[test]
fn another_run_and_other_data_are_told() {
    let (dir, _) = trained(0, &provenance("a"));
    let info = read_checkpoint_info(&checkpoint_path(dir.path(), 2)).expect("sound");
    info.check(&provenance("a")).expect("its own");
    let (a, b) = (provenance("a"), provenance("b"));
    let other_run = Provenance {
        run_sha256: b.run_sha256.clone(),
        ..a.clone()
    };
    let other_training_data = Provenance {
        train_sha256: b.train_sha256.clone(),
        ..a.clone()
    };
    let other_test_data = Provenance {
        test_sha256: b.test_sha256.clone(),
        ..a.clone()
    };
    type IsIt = fn(&CheckpointError) -> bool;
    let cases: [(Provenance, IsIt); 3] = [
        (other_run, |e| matches!(e, CheckpointError::OtherRun(_))),
        (other_training_data, |e| {
            matches!(e, CheckpointError::OtherTrainingData(_))
        }),
        (other_test_data, |e| {
            matches!(e, CheckpointError::OtherTestData(_))
        }),
    ];
    for (wanted, is_it) in cases {
        let error = info.check(&wanted).expect_err("another");
        assert!(is_it(&error), "{error}");
        // Training tells it as well, and neither trains nor copies.
        let before = files(dir.path());
        let error = run(dir.path(), 0, &wanted).expect_err("another");
        assert!(
            matches!(&error, TrainError::Checkpoint(error) if is_it(error)),
            "{error}"
        );
        assert!(files(dir.path()) == before);
        let last = dir.path().join(LAST_CHECKPOINT);
        let bytes = fs::read(&last).expect("the file");
        fs::remove_file(&last).expect("removed");
        let error = heal_checkpoints(dir.path(), &wanted).expect_err("another");
        assert!(is_it(&error), "{error}");
        fs::write(&last, bytes).expect("a file");
    }
}

/// What happens to a file.
const HARM: [fn(&Path); 3] = [
    |path| fs::remove_file(path).expect("removed"),
    |path| {
        let bytes = fs::read(path).expect("the file");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("a file");
    },
    |path| {
        let mut bytes = fs::read(path).expect("the file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(path, bytes).expect("a file");
    },
];

#[test]
fn a_lost_or_damaged_file_is_healed_from_the_one_that_holds_the_same() {
    let (dir, whole) = trained(0, &provenance("a"));
    for path in [
        checkpoint_path(dir.path(), 6),
        dir.path().join(LAST_CHECKPOINT),
    ] {
        for harm in HARM {
            harm(&path);
            let healed = heal_checkpoints(dir.path(), &provenance("a")).expect("healed");
            assert_eq!(healed, std::slice::from_ref(&path));
            assert!(files(dir.path()) == whole, "{}", path.display());
            // Training does it by itself.
            harm(&path);
            run(dir.path(), 0, &provenance("a")).expect("a trained network");
            assert!(files(dir.path()) == whole, "{}", path.display());
        }
    }
    let nothing = heal_checkpoints(dir.path(), &provenance("a")).expect("nothing to do");
    assert!(nothing.is_empty());
}

#[test]
fn a_training_goes_on_from_the_newest_sound_file() {
    let (dir, whole) = trained(0, &provenance("a"));
    for harm in HARM {
        // Epoch 2 is left of what is trained, and holds the momentum too.
        harm(&dir.path().join(LAST_CHECKPOINT));
        harm(&checkpoint_path(dir.path(), 6));
        run(dir.path(), 0, &provenance("a")).expect("a trained network");
        assert!(files(dir.path()) == whole);
    }
}

#[test]
fn what_no_other_file_holds_stays_damaged() {
    let (dir, _) = trained(0, &provenance("a"));
    let path = checkpoint_path(dir.path(), 2);
    HARM[1](&path);
    let healed = heal_checkpoints(dir.path(), &provenance("a")).expect("nothing to be done");
    assert!(healed.is_empty());
    assert!(is_damage_of(&load_error(&path), &path));
}
