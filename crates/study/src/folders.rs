//! Folders: made, and what lies in them.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::StudyError;

/// The paths of what lies in a folder, sorted; nothing where there is none.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, StudyError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let found: io::Result<Vec<PathBuf>> = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect();
        let mut found = found?;
        found.sort();
        Ok(found)
    };
    match read() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        found => found.map_err(|error| StudyError::read(folder, error)),
    }
}

/// Makes a folder that the user chose with `--out`, or one in it, if it is not there.
///
/// # Errors
///
/// A folder that cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), StudyError> {
    fs::create_dir_all(folder).map_err(|source| StudyError::MakeFolder {
        path: folder.to_owned(),
        source,
    })
}

/// The name of a path; empty where it is not UTF-8, as no name of ours is.
pub fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}
