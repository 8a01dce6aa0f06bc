//! Every way in which files can be wrong, and the one sentence that each gives.

use crate::files::{gzip, idx, images, labels, write_small_set};
use hesscope_data::{DatasetName, DatasetSpec, load};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";

fn message(spec: &DatasetSpec) -> String {
    load(spec).unwrap_err().to_string()
}

fn mnist_in(dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.to_owned()),
        ..DatasetSpec::new(DatasetName::MNIST)
    }
}

/// What loading says, without the folder, when one of four good files has this content instead.
fn with_file(file: &str, content: &[u8]) -> String {
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    fs::write(dir.path().join(file), content).unwrap();
    let folder = format!("{}/", dir.path().display());
    message(&mnist_in(dir.path())).replace(&folder, "")
}

#[test]
fn no_folder_given() {
    assert_eq!(
        message(&DatasetSpec::new(DatasetName::FASHION_MNIST)),
        "fashion-mnist is read from files, so set data_dir to the folder holding \
         train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and \
         t10k-labels-idx1-ubyte (plain or .gz)"
    );
}

#[test]
fn a_folder_that_is_missing_or_a_file() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [dir.path().join("nowhere"), file] {
        let expected = format!(
            "data_dir {} is not a folder: create it or correct the path",
            path.display()
        );
        assert_eq!(message(&mnist_in(&path)), expected);
    }
}

#[test]
fn a_file_that_is_missing() {
    let empty = tempdir().unwrap();
    let partial = tempdir().unwrap();
    write_small_set(partial.path());
    fs::remove_file(partial.path().join("t10k-labels-idx1-ubyte")).unwrap();
    // A folder of the file's name, as one well-known mirror has, is no file.
    fs::create_dir(partial.path().join("t10k-labels-idx1-ubyte")).unwrap();
    for (dir, name, other) in [
        (&empty, TRAIN_IMAGES, "train-images.idx3-ubyte"),
        (&partial, "t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"),
    ] {
        let expected = format!(
            "{name} is missing from {} (also looked for {name}.gz, {other}, {other}.gz): \
             put it there or correct data_dir",
            dir.path().display()
        );
        assert_eq!(message(&mnist_in(dir.path())), expected);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read() {
    let dir = tempdir().unwrap();
    let error = hesscope_data::idx::read_file::<3>(dir.path()).unwrap_err();
    let message = error.to_string();
    let start = format!("cannot read {} (", dir.path().display());
    assert!(message.starts_with(&start), "{message}");
    assert!(
        message.ends_with("): check the file and its permissions"),
        "{message}"
    );
}

#[test]
fn foreign_files() {
    assert_eq!(
        with_file(TRAIN_IMAGES, b"<!DOCTYPE html>"),
        "train-images-idx3-ubyte is not an IDX file, since it begins with the bytes 3c 21 44 4f \
         rather than 00 00: give the official IDX file, plain or gzip"
    );
    assert_eq!(
        with_file(TRAIN_LABELS, &gzip(b"PK")),
        "train-labels-idx1-ubyte is not an IDX file, since it begins with the bytes 50 4b \
         rather than 00 00: give the official IDX file, plain or gzip"
    );
    let mut floats = labels(40);
    floats[2] = 0x0d;
    assert_eq!(
        with_file(TRAIN_LABELS, &floats),
        "train-labels-idx1-ubyte holds IDX values of type 0x0d, but only unsigned bytes (0x08) \
         are read: give the official file"
    );
    assert_eq!(
        with_file(TRAIN_IMAGES, &labels(40)),
        "train-images-idx3-ubyte has 1 dimension(s) where 3 are expected: check that image and \
         label files are not swapped"
    );
}

#[test]
fn sizes_that_do_not_fit() {
    let good = images(40);
    let short = "train-images-idx3-ubyte is cut short, with ";
    for (found, expected) in [(0, 16), (3, 16), (15, 16), (16, 31376), (31375, 31376)] {
        for content in [good[..found].to_vec(), gzip(&good[..found])] {
            assert_eq!(
                with_file(TRAIN_IMAGES, &content),
                format!("{short}{found} of the {expected} bytes expected: fetch it again")
            );
        }
    }
    let long = [&good[..], &[0]].concat();
    for content in [gzip(&long), long] {
        assert_eq!(
            with_file(TRAIN_IMAGES, &content),
            "train-images-idx3-ubyte goes on after the 31376 bytes that its header announces: \
             fetch it again"
        );
    }
    assert_eq!(
        with_file(TRAIN_IMAGES, &idx(&[40, 28, 0], &[])),
        "train-images-idx3-ubyte says that its dimensions are 40x28x0, so it holds nothing: \
         fetch it again"
    );
    assert_eq!(
        with_file(TRAIN_IMAGES, &idx(&[u32::MAX; 3], &[1, 2, 3])),
        "train-images-idx3-ubyte says that its dimensions are 4294967295x4294967295x4294967295, \
         more than the 1073741824 bytes that are read at most: fetch it again"
    );
    assert_eq!(
        with_file(TRAIN_IMAGES, &idx(&[40, 2, 3], &[0; 240])),
        "train-images-idx3-ubyte holds images of 2x3 pixels rather than 28x28: give the official \
         file"
    );
}

#[test]
fn damaged_gzip() {
    let good = gzip(&images(40));
    for kept in [5, 12, good.len() / 2, good.len() - 1] {
        assert_eq!(
            with_file(TRAIN_IMAGES, &good[..kept]),
            "train-images-idx3-ubyte ends in the middle of its gzip stream, as a broken download \
             does: fetch it again"
        );
    }
    let mut wrong_checksum = good.clone();
    wrong_checksum[good.len() - 8] ^= 1;
    let mut wrong_block = good.clone();
    wrong_block[10] |= 0b110;
    let rubbish_after = [&good[..], b"rubbish after the end"].concat();
    for content in [wrong_checksum, wrong_block, rubbish_after] {
        let message = with_file(TRAIN_IMAGES, &content);
        assert!(
            message.starts_with("train-images-idx3-ubyte is a damaged gzip file (")
                && message.ends_with("): fetch it again"),
            "{message}"
        );
    }
}

#[test]
fn labels_that_do_not_fit() {
    assert_eq!(
        with_file(TRAIN_LABELS, &labels(39)),
        "train-images-idx3-ubyte holds 40 images but train-labels-idx1-ubyte holds 39 labels: \
         take both files from one download"
    );
    let mut eleventh = labels(40);
    eleventh[8 + 17] = 10;
    assert_eq!(
        with_file(TRAIN_LABELS, &eleventh),
        "train-labels-idx1-ubyte gives example 17 the label 10, but labels run from 0 to 9: \
         fetch it again"
    );
}

#[test]
fn subsets_that_cannot_be_drawn() {
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    let mut values: Vec<u8> = (0..40).map(|index| index % 10).collect();
    values[25] = 6;
    let fewer_fives = idx(&[40], &values);
    fs::write(dir.path().join(TRAIN_LABELS), fewer_fives).unwrap();
    let with = |train: Option<usize>, test: Option<usize>| DatasetSpec {
        train_per_class: train.map(Into::into),
        test_per_class: test.map(Into::into),
        ..mnist_in(dir.path())
    };
    assert_eq!(load(&with(Some(3), Some(2))).unwrap().train.len(), 30);
    assert_eq!(
        message(&with(Some(4), None)),
        "train_per_class is 4, but class 5 has only 3 examples: ask for at most 3"
    );
    assert_eq!(
        message(&with(None, Some(3))),
        "test_per_class is 3, but class 0 has only 2 examples: ask for at most 2"
    );
    assert_eq!(
        message(&with(None, Some(0))),
        "test_per_class is 0, but it must be from 1 to 2: choose a number in that range"
    );
}
