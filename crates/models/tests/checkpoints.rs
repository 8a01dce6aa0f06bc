//! Files that are not what they should be.

mod support;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use hesscope_models::{
    CheckpointError, EpochMetrics, LAST_CHECKPOINT, Metrics, NetConfig, Progress, TrainConfig,
    load_checkpoint, save_checkpoint, state_of,
};
use safetensors::{Dtype, tensor::TensorView};

const SHAPE: [usize; 3] = [1, 8, 8];

fn net() -> NetConfig {
    NetConfig::from_name("small-cnn").expect("a known name")
}

fn config() -> TrainConfig {
    TrainConfig::default()
}

/// A folder with a good checkpoint in it, and its bytes.
fn saved() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(LAST_CHECKPOINT);
    let mut progress =
        Progress::start(&net(), SHAPE, 3, &config(), &Device::flex()).expect("a network");
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
    save_checkpoint(&path, &progress, &config()).expect("a checkpoint");
    let bytes = fs::read(&path).expect("the file");
    (dir, path, bytes)
}

fn load_error(path: &Path) -> CheckpointError {
    load_checkpoint(path, &Device::flex())
        .map(|_| ())
        .expect_err("an error")
}

#[test]
fn a_good_file_comes_back_whole() {
    let (dir, path, bytes) = saved();
    let checkpoint = load_checkpoint(&path, &Device::flex()).expect("a checkpoint");
    let fresh = Progress::start(&net(), SHAPE, 3, &config(), &Device::flex()).expect("a network");
    assert_eq!(state_of(&checkpoint.net), state_of(&fresh.net));
    let resumed = Progress::resume(dir.path(), &net(), SHAPE, 3, &config(), &Device::flex())
        .expect("readable");
    let resumed = resumed.expect("a checkpoint");
    save_checkpoint(&path, &resumed, &config()).expect("a checkpoint");
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
    for length in [0, 5, 8, 500, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).expect("a file");
        let error = load_error(&path);
        assert!(
            matches!(error, CheckpointError::Length { length: found, .. } if found == length),
            "{length}: {error}"
        );
    }
    fs::write(&path, [&bytes[..], b"more"].concat()).expect("a file");
    assert!(matches!(load_error(&path), CheckpointError::Length { .. }));
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
    // Through the header's metadata and the tensors, one position at a time; 0x01 keeps JSON text printable.
    let positions = (0..bytes.len())
        .step_by(bytes.len() / 60)
        .chain((8..8 + header).step_by(97));
    for position in positions {
        let mut damaged = bytes.clone();
        damaged[position] ^= 0x01;
        fs::write(&path, &damaged).expect("a file");
        let _ = load_error(&path);
    }
    let mut damaged = bytes.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 0x80;
    fs::write(&path, &damaged).expect("a file");
    let error = load_error(&path);
    assert!(
        matches!(error, CheckpointError::Corrupted { .. }),
        "{error}"
    );
}

#[test]
fn foreign_files() {
    let (_dir, path, _) = saved();
    let view = TensorView::new(Dtype::F32, vec![1], &[0; 4]).expect("a view");
    let foreign = safetensors::serialize([("weight", view.clone())], None).expect("bytes");
    fs::write(&path, foreign).expect("a file");
    assert!(matches!(load_error(&path), CheckpointError::Foreign { .. }));
    fs::write(&path, "epoch,loss\n1,0.5\n".repeat(20)).expect("a file");
    assert!(matches!(
        load_error(&path),
        CheckpointError::NotSafetensors { .. }
    ));
    let with = |json: &str| {
        let metadata = HashMap::from([("hesscope.checkpoint".to_owned(), json.to_owned())]);
        let bytes =
            safetensors::serialize([("weight", view.clone())], Some(metadata)).expect("bytes");
        fs::write(&path, bytes).expect("a file");
        load_error(&path)
    };
    let newer = with(r#"{"format": 999}"#);
    assert!(
        matches!(newer, CheckpointError::Version { found: 999, .. }),
        "{newer}"
    );
    assert!(newer.to_string().contains("reads format 1"), "{newer}");
    assert!(matches!(
        with(r#"{"format": 1}"#),
        CheckpointError::Metadata { .. }
    ));
    assert!(matches!(with("nonsense"), CheckpointError::Metadata { .. }));
}

#[test]
fn other_settings_are_named() {
    let (dir, _, _) = saved();
    let resume = |net: &NetConfig, input, classes, config: &TrainConfig| {
        let resumed = Progress::resume(dir.path(), net, input, classes, config, &Device::flex());
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
    let nothing = Progress::resume(empty.path(), &net(), SHAPE, 3, &config(), &Device::flex());
    assert!(nothing.expect("no error").is_none());
}

#[test]
fn a_folder_that_cannot_be_written_keeps_the_old_file() {
    let (dir, path, bytes) = saved();
    let progress =
        Progress::start(&net(), SHAPE, 3, &config(), &Device::flex()).expect("a network");
    // A folder where the temporary file should go stops the write on every system and for every user.
    fs::create_dir(dir.path().join(format!(".{LAST_CHECKPOINT}.partial"))).expect("a folder");
    let error = save_checkpoint(&path, &progress, &config()).expect_err("an error");
    assert!(matches!(error, CheckpointError::Write { .. }));
    assert!(
        error
            .to_string()
            .starts_with("cannot write the checkpoint "),
        "{error}"
    );
    assert!(fs::read(&path).expect("the file") == bytes);
}
