//! The folder with the files of a data set.

use crate::error::DataError;
use crate::spec::DatasetSpec;
use std::path::{Path, PathBuf};

/// How far below the folder given a data set is looked for, to say where it is.
const LEVELS: usize = 2;

/// The folder that the request names; `files` are those that it must hold.
pub(crate) fn given(
    spec: &DatasetSpec,
    files: impl FnOnce() -> String,
) -> Result<&Path, DataError> {
    let Some(dir) = spec.data_dir.as_deref() else {
        return Err(DataError::DataDirNeeded {
            dataset: spec.name.as_str(),
            files: files(),
        });
    };
    if !dir.is_dir() {
        return Err(DataError::DirectoryMissing {
            path: dir.to_owned(),
        });
    }
    Ok(dir)
}

/// The folder itself, then those of these names in it.
pub(crate) fn inside<'a>(dir: &'a Path, names: &'a [&str]) -> impl Iterator<Item = PathBuf> + 'a {
    let below = names.iter().map(|name| dir.join(name));
    std::iter::once(dir.to_owned()).chain(below)
}

/// `error`, or that a folder below `dir` holds the data set, if one does.
pub(crate) fn or_below(dir: &Path, holds: &dyn Fn(&Path) -> bool, error: DataError) -> DataError {
    match find_below(dir, holds, LEVELS) {
        Some(found) => DataError::DirectoryTooHigh {
            path: dir.to_owned(),
            found,
        },
        None => error,
    }
}

/// The first folder below `dir` that `holds` the data set, nearer ones first.
fn find_below(dir: &Path, holds: &dyn Fn(&Path) -> bool, levels: usize) -> Option<PathBuf> {
    let below = levels.checked_sub(1)?;
    let folders = folders_in(dir);
    let near = folders.iter().find(|folder| holds(folder)).cloned();
    near.or_else(|| {
        let mut deeper = folders.iter();
        deeper.find_map(|folder| find_below(folder, holds, below))
    })
}

/// The folders in `dir` that are not hidden, in the byte-wise order of their names; none if it cannot be read.
pub(crate) fn folders_in(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    let mut folders: Vec<PathBuf> = shown
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort_unstable();
    folders
}
