//! Where the folders of training and test images are.

use crate::data_dir::{self, folders_in};
use crate::error::{DataError, Fault};
use crate::spec::DatasetSpec;
use std::path::{Path, PathBuf};

use super::split_folders::{self, Ambiguous, TEST, TRAIN, speaks_of_a_split};

/// What tells one kind of tree from another.
pub(crate) struct Family {
    /// Folders in `data_dir` in which the tree may lie, beside itself.
    pub inside: &'static [&'static str],
    /// The words of a folder of test images, the first that any folder has counting.
    pub test: &'static [&'static str],
    /// Whether `data_dir` may hold the folders of the classes itself.
    pub flat: bool,
    /// Side of an image where `image_size` is left out.
    pub side: usize,
}

/// Side as published networks for ImageNet have it. ImageNet's own `test` has no labels, so there it comes last.
pub(crate) const IMAGENET: Family = Family {
    inside: &["imagenet", "ILSVRC/Data/CLS-LOC"],
    test: &[
        "val",
        "valid",
        "validation",
        "dev",
        "eval",
        "evaluation",
        "test",
        "testing",
    ],
    flat: false,
    side: 224,
};

/// Side as the small data sets' networks have it.
pub(crate) const FOLDER: Family = Family {
    inside: &[],
    test: TEST,
    flat: true,
    side: 32,
};

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
        let named =
            |words| split_folders::find(&folders, words).map_err(|both| either(&root, both));
        if let Some(train) = named(TRAIN)? {
            return Ok(Layout {
                train,
                test: named(family.test)?,
                beside: dir.to_owned(),
            });
        }
    }
    let layout = |problem, remedy: &str| DataError::unusable(dir, Fault::Layout, problem, remedy);
    let has =
        |dir: &Path, words| matches!(split_folders::find(&folders_in(dir), words), Ok(Some(_)));
    let below = |error| {
        let has_train = |dir: PathBuf| has(&dir, TRAIN);
        data_dir::or_below(
            dir,
            &|dir| data_dir::inside(dir, family.inside).any(has_train),
            error,
        )
    };
    let folders = folders_in(dir);
    if !family.flat || folders.is_empty() {
        let problem = "holds neither a folder train nor one folder of images per class".into();
        let remedy = "set data_dir to the folder that holds train/CLASS/IMAGE";
        return Err(below(layout(problem, remedy)));
    }
    let test = split_folders::find(&folders, family.test).map_err(|both| either(dir, both))?;
    if let Some(test) = test {
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
    let has_splits = |folder: &&PathBuf| has(folder, TRAIN) && has(folder, family.test);
    if let Some(found) = folders.iter().find(has_splits) {
        return Err(DataError::DirectoryTooHigh {
            path: dir.to_owned(),
            found: found.clone(),
        });
    }
    // Names of splits that are not understood must not become classes.
    if folders.iter().all(|folder| speaks_of_a_split(folder)) {
        let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
        let problem = format!(
            "holds the folders {}, which are named like splits and not like classes",
            names.join(", ")
        );
        return Err(layout(
            problem,
            "name the folder of training images train, and that of test images test",
        ));
    }
    Ok(Layout {
        train: dir.to_owned(),
        test: None,
        beside: dir.to_owned(),
    })
}

/// Either of two folders may be meant.
fn either(dir: &Path, Ambiguous(one, other): Ambiguous) -> DataError {
    let problem = format!(
        "holds the folders {} and {}, and either may be the split that is looked for",
        name(&one),
        name(&other)
    );
    DataError::unusable(
        dir,
        Fault::Layout,
        problem,
        "name the folder of training images train, and that of test images test",
    )
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().display().to_string()
}
