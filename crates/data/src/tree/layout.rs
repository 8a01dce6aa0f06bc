//! Where the folders of training and test images are.

use super::TreeError;
use crate::DataError;
use std::path::{Path, PathBuf};

/// The folders of one tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Holds the folders of the classes to train on.
    pub train: PathBuf,
    /// Holds the folders of the classes to test on, if the tree has such a folder.
    pub test: Option<PathBuf>,
    /// Where a file with the words of the classes may lie.
    pub beside: PathBuf,
}

/// The names that a folder of test images may have, the first that is there counting.
///
/// ImageNet's own `test` has no labels, so there it comes last.
const fn test_names(imagenet: bool) -> [&'static str; 4] {
    if imagenet {
        ["val", "valid", "validation", "test"]
    } else {
        ["test", "val", "valid", "validation"]
    }
}

/// Folders in `data_dir` in which the tree may lie: itself, one of the data set's name, and that of ImageNet's archive.
const INSIDE: [&str; 3] = ["", "imagenet", "ILSVRC/Data/CLS-LOC"];

/// Finds the folders of training and test images in `data_dir`.
///
/// A tree without `train` that has folders all the same is taken for the classes of one split.
pub(crate) fn find(dataset: &'static str, data_dir: Option<&Path>) -> Result<Layout, DataError> {
    let Some(data_dir) = data_dir else {
        return Err(DataError::DataDirNeeded {
            dataset,
            files: "train/CLASS/IMAGE and, to test on, val/CLASS/IMAGE".into(),
        });
    };
    if !data_dir.is_dir() {
        return Err(DataError::DirectoryMissing {
            path: data_dir.to_owned(),
        });
    }
    let imagenet = dataset == IMAGENET;
    let places = if imagenet { &INSIDE[..] } else { &INSIDE[..1] };
    for place in places {
        let root = data_dir.join(place);
        let train = root.join("train");
        if train.is_dir() {
            let test = test_names(imagenet).map(|name| root.join(name));
            return Ok(Layout {
                train,
                test: test.into_iter().find(|test| test.is_dir()),
                beside: data_dir.to_owned(),
            });
        }
    }
    if imagenet || !has_folders(data_dir)? {
        return Err(TreeError::NoTrain {
            dir: data_dir.to_owned(),
        }
        .into());
    }
    Ok(Layout {
        train: data_dir.to_owned(),
        test: None,
        beside: data_dir.to_owned(),
    })
}

const IMAGENET: &str = "imagenet";

fn has_folders(dir: &Path) -> Result<bool, DataError> {
    let io = |source| DataError::Io {
        path: dir.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && entry.path().is_dir() {
            return Ok(true);
        }
    }
    Ok(false)
}
