//! Where the folders of training and test images are.

use crate::data_dir::{self, folders_in};
use crate::error::{DataError, Fault};
use crate::spec::DatasetSpec;
use std::path::PathBuf;

/// What tells one kind of tree from another.
pub(crate) struct Family {
    /// Folders in `data_dir` in which the tree may lie, beside itself.
    pub inside: &'static [&'static str],
    /// The names that a folder of test images may have, the first that is there counting, in any case.
    pub test: &'static [&'static str],
    /// Whether `data_dir` may hold the folders of the classes itself.
    pub flat: bool,
    /// Side of an image where `image_size` is left out.
    pub side: usize,
}

/// Side as published networks for ImageNet have it. ImageNet's own `test` has no labels, so there it comes last.
pub(crate) const IMAGENET: Family = Family {
    inside: &["imagenet", "ILSVRC/Data/CLS-LOC"],
    test: &["val", "valid", "validation", "test", "testing"],
    flat: false,
    side: 224,
};

/// Side as the small data sets' networks have it.
pub(crate) const FOLDER: Family = Family {
    inside: &[],
    test: &["test", "testing", "val", "valid", "validation"],
    flat: true,
    side: 32,
};

/// The names that a folder of training images may have, in any case.
const TRAIN: [&str; 2] = ["train", "training"];

/// The folders of one tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Holds the folders of the classes to train on.
    pub train: PathBuf,
    /// Holds the folders of the classes to test on, if the tree has such a folder.
    pub test: Option<PathBuf>,
    /// Where a file with the words of the classes may lie.
    pub beside: PathBuf,
}

/// Finds the folders of training and test images in `data_dir`.
///
/// A tree without `train` that has folders all the same is taken for the classes of one split.
pub(super) fn find(family: &Family, spec: &DatasetSpec) -> Result<Layout, DataError> {
    let dir = data_dir::given(spec, || {
        "train/CLASS/IMAGE and, to test on, val/CLASS/IMAGE".into()
    })?;
    for root in data_dir::inside(dir, family.inside) {
        let folders = folders_in(&root);
        if let Some(train) = named(&folders, &TRAIN) {
            return Ok(Layout {
                train,
                test: named(&folders, family.test),
                beside: dir.to_owned(),
            });
        }
    }
    let layout = |problem, remedy: &str| DataError::unusable(dir, Fault::Layout, problem, remedy);
    let below = |error| {
        let has_train = |dir: PathBuf| named(&folders_in(&dir), &TRAIN).is_some();
        data_dir::or_below(
            dir,
            &|dir| data_dir::inside(dir, family.inside).any(has_train),
            error,
        )
    };
    let folders = folders_in(dir);
    if !family.flat || folders.is_empty() {
        let problem = "holds neither a folder train nor one folder of images a class".into();
        let remedy = "set data_dir to the folder that holds train/CLASS/IMAGE";
        return Err(below(layout(problem, remedy)));
    }
    if let Some(test) = named(&folders, family.test) {
        let name = test.file_name().unwrap_or_default().display();
        let problem = format!("holds a folder {name} but no folder train beside it");
        return Err(layout(
            problem,
            "add train/CLASS/IMAGE, or give the folder another name",
        ));
    }
    // A single folder of folders is no class, but what holds the classes, or the splits.
    if let [only] = &folders[..]
        && !folders_in(only).is_empty()
    {
        return Err(below(DataError::DirectoryTooHigh {
            path: dir.to_owned(),
            found: only.clone(),
        }));
    }
    // Nor are several of which one has splits.
    let has_splits = |folder: &&PathBuf| {
        let inside = folders_in(folder);
        named(&inside, &TRAIN).is_some() && named(&inside, family.test).is_some()
    };
    if let Some(found) = folders.iter().find(has_splits) {
        return Err(DataError::DirectoryTooHigh {
            path: dir.to_owned(),
            found: found.clone(),
        });
    }
    Ok(Layout {
        train: dir.to_owned(),
        test: None,
        beside: dir.to_owned(),
    })
}

/// The folder of the first of the names that is there; where several differ by their case alone, the one as listed.
fn named(folders: &[PathBuf], names: &[&str]) -> Option<PathBuf> {
    let name_of = |folder: &&PathBuf| folder.file_name().unwrap_or_default().to_ascii_lowercase();
    names
        .iter()
        .find_map(|name| {
            let exact = folders.iter().find(|folder| folder.ends_with(name));
            exact.or_else(|| folders.iter().find(|folder| name_of(folder) == **name))
        })
        .cloned()
}
