//! What is common to all files that are written here.

use crate::error::FetchError;
use hesscope_files::{FolderLock, LockError};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The file in each folder by which one process keeps others out of it.
const LOCK: &str = ".hesscope-fetch.lock";

pub(crate) fn write_error(path: &Path, source: io::Error) -> FetchError {
    FetchError::Write {
        path: path.to_path_buf(),
        source,
    }
}

pub(crate) fn read_error(path: &Path, source: io::Error) -> FetchError {
    FetchError::Read {
        path: path.to_path_buf(),
        source,
    }
}

/// Makes the folder if it is not there, and holds it until the result is dropped.
///
/// The lock file stays: removing it could let two processes in, each with a file of its own.
pub(crate) fn hold(dir: &Path) -> Result<FolderLock, FetchError> {
    fs::create_dir_all(dir).map_err(|source| FetchError::Folder {
        path: dir.to_path_buf(),
        source,
    })?;
    match FolderLock::try_hold(&dir.join(LOCK)) {
        Ok(Some(held)) => Ok(held),
        Ok(None) => Err(FetchError::Locked {
            path: dir.to_path_buf(),
        }),
        Err(LockError::NotAFile(path)) => Err(FetchError::NotAFile { path }),
        Err(LockError::Open { path, source } | LockError::Lock { path, source }) => {
            Err(FetchError::Write { path, source })
        }
    }
}

/// Renames within a folder so that it lasts.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), FetchError> {
    fs::rename(from, to).map_err(|source| write_error(to, source))?;
    // Elsewhere a folder cannot be opened as a file, and need not be.
    #[cfg(unix)]
    if let Some(dir) = to.parent() {
        let synced = File::open(dir).and_then(|dir| dir.sync_all());
        synced.map_err(|source| write_error(to, source))?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::io::ErrorKind;

    #[test]
    fn each_failure_of_writing_has_its_sentence() {
        for (kind, part) in [
            (ErrorKind::StorageFull, "there is no room to write a/b ("),
            (ErrorKind::QuotaExceeded, "there is no room to write a/b ("),
            (ErrorKind::PermissionDenied, "a/b may not be written ("),
            (ErrorKind::ReadOnlyFilesystem, "a/b may not be written ("),
            (ErrorKind::Other, "cannot write a/b ("),
        ] {
            let sentence = write_error("a/b".as_ref(), kind.into()).to_string();
            assert!(sentence.starts_with(part), "{sentence}");
        }
    }

    #[test]
    fn a_folder_is_held_by_one() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        let held = hold(&inner).unwrap();
        let sentence = hold(&inner).unwrap_err().to_string();
        assert!(
            sentence.starts_with("another process is fetching into "),
            "{sentence}"
        );
        drop(held);
        hold(&inner).unwrap();
    }
}
