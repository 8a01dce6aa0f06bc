//! What is common to all files that are written here.

use crate::FetchError;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

/// The file in each folder by which one process keeps others out of it.
const LOCK: &str = ".hesscope-fetch.lock";

/// The sentence for a file that could not be written.
pub(crate) fn write_error(path: &Path, source: io::Error) -> FetchError {
    let path = path.to_path_buf();
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            FetchError::NoRoom { path, source }
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            FetchError::NotWritable { path, source }
        }
        _ => FetchError::Write { path, source },
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
pub(crate) fn hold(dir: &Path) -> Result<File, FetchError> {
    fs::create_dir_all(dir).map_err(|source| FetchError::Folder {
        path: dir.to_path_buf(),
        source,
    })?;
    let path = dir.join(LOCK);
    let opened = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = opened.map_err(|source| write_error(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FetchError::Locked {
            path: dir.to_path_buf(),
        }),
        Err(TryLockError::Error(source)) => Err(write_error(&path, source)),
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
