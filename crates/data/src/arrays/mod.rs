//! The user's own images and labels as arrays: `train` and `test`, each a safetensors or an npz file.
//!
//! `images` is `[n, height, width]`, `[n, channels, height, width]` or `[n, height, width, channels]` of `u8`, `f32`
//! or `f64`, with one or three channels; `labels` is `[n]` of any integer type. A byte stands for `byte / 255`, a
//! float for itself. The classes run to the largest label of either file, or are those of `class_names` in the
//! metadata of the training file (safetensors only), one name a line.

mod array;
mod error;
pub(crate) mod npz;
pub(crate) mod safetensors;

pub use error::ArrayError;

use crate::assemble::Parts;
use crate::labelled::{Labelled, Pixels};
use crate::{DataError, Dataset, DatasetSpec};
use array::Content;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// The most bytes that are read of one file or array (4 GiB).
const MAX_BYTES: u64 = 1 << 32;

pub(crate) fn load(spec: &DatasetSpec) -> Result<Dataset, DataError> {
    let Some(dir) = &spec.data_dir else {
        return Err(DataError::DataDirNeeded {
            dataset: spec.name.as_str(),
            files: "train.safetensors or train.npz and test.safetensors or test.npz".into(),
        });
    };
    if !dir.is_dir() {
        return Err(DataError::DirectoryMissing { path: dir.clone() });
    }
    let (train_path, train) = read(dir, "train")?;
    let (test_path, test) = read(dir, "test")?;
    if describe(&train) != describe(&test) {
        return Err(ArrayError::SplitsDiffer {
            expected: describe(&train),
            found: describe(&test),
            train: train_path,
            test: test_path,
        }
        .into());
    }
    let largest = train.labels.iter().chain(&test.labels).max();
    let class_names = match train.class_names {
        Some(names) => names,
        None => (0..=largest.copied().unwrap_or(0))
            .map(|label| label.to_string())
            .collect(),
    };
    for (path, labels) in [(&train_path, &train.labels), (&test_path, &test.labels)] {
        let beyond = |&label: &u32| label as usize >= class_names.len();
        if let Some(index) = labels.iter().position(beyond) {
            return Err(ArrayError::Label {
                path: path.clone(),
                index,
                label: labels[index].into(),
                last: class_names.len() - 1,
            }
            .into());
        }
    }
    let labelled = |content: Content| Labelled {
        pixels: content.pixels,
        labels: content.labels,
        shape: content.shape,
    };
    let parts = Parts {
        train: labelled(Content {
            class_names: None,
            ..train
        }),
        test: labelled(test),
        class_names,
        normalization: None,
        border: 0,
        flips: true,
        notices: Vec::new(),
    };
    parts.select(spec)?.into_dataset(spec)
}

fn read(dir: &Path, split: &'static str) -> Result<(PathBuf, Content), DataError> {
    let path = dir.join(format!("{split}.safetensors"));
    if path.is_file() {
        let content = safetensors::read(&read_bounded(&path)?, &path)?;
        return Ok((path, content));
    }
    let path = dir.join(format!("{split}.npz"));
    if path.is_file() {
        let content = npz::read(BufReader::new(open(&path)?), &path)?;
        return Ok((path, content));
    }
    let dir = dir.to_owned();
    Err(ArrayError::FileMissing { dir, split }.into())
}

fn open(path: &Path) -> Result<File, DataError> {
    File::open(path).map_err(|source| DataError::Io {
        path: path.to_owned(),
        source,
    })
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    match read {
        Err(source) => Err(DataError::Io {
            path: path.to_owned(),
            source,
        }),
        Ok(length) if length as u64 > MAX_BYTES => Err(ArrayError::TooLarge {
            path: path.to_owned(),
            limit: MAX_BYTES,
        }
        .into()),
        Ok(_) => Ok(bytes),
    }
}

/// What both files must have in common.
fn describe(content: &Content) -> String {
    let kind = match content.pixels {
        Pixels::Bytes(_) => "bytes",
        Pixels::Floats(_) => "floats",
    };
    format!("{} {kind}", content.shape)
}
