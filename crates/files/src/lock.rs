//! The lock of a folder: a file in it that one process at a time has locked.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A folder held by this process, until this is dropped or the process ends.
#[derive(Debug)]
pub struct FolderLock {
    // Held for its lock, which the system drops with the process.
    _file: File,
}

/// Why a folder cannot be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The lock's file is a link or a folder.
    #[error("{} is not a regular file, so that it cannot serve as a lock: remove it", .0.display())]
    NotAFile(PathBuf),
    /// The lock's file cannot be opened.
    #[error("cannot open {}, which keeps other processes out: {source}; correct the permissions of its folder, or work in a copy of it", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file system has no locks.
    #[error("cannot lock {}: {source}; choose a folder on a file system that has locks", .path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl FolderLock {
    /// Holds the folder of this lock file; none where another process holds it.
    ///
    /// # Errors
    ///
    /// A lock file that is a link, that cannot be opened, or on a file system without locks.
    pub fn try_hold(path: &Path) -> Result<Option<Self>, LockError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FolderLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(LockError::Lock {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Holds the folder of this lock file, once no other process does.
    ///
    /// # Errors
    ///
    /// As [`try_hold`](Self::try_hold).
    pub fn wait(path: &Path) -> Result<Self, LockError> {
        let file = open(path)?;
        file.lock().map_err(|source| LockError::Lock {
            path: path.to_owned(),
            source,
        })?;
        Ok(FolderLock { _file: file })
    }
}

/// Opens the file, which is made if it is missing and never changed.
fn open(path: &Path) -> Result<File, LockError> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(LockError::NotAFile(path.to_owned()));
    }
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|source| LockError::Open {
            path: path.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_folder_is_not_held_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("run.lock");
        let held = FolderLock::try_hold(&path).expect("a lock");
        assert!(held.is_some());
        assert!(FolderLock::try_hold(&path).expect("a lock").is_none());
        drop(held);
        assert!(FolderLock::try_hold(&path).expect("a lock").is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lock_is_refused_and_its_target_left() {
        let dir = tempfile::tempdir().expect("a folder");
        let (path, target) = (dir.path().join("run.lock"), dir.path().join("precious"));
        fs::write(&target, b"precious").expect("written");
        std::os::unix::fs::symlink(&target, &path).expect("a link");
        let error = FolderLock::try_hold(&path).expect_err("a link");
        assert!(matches!(error, LockError::NotAFile(_)), "{error}");
        assert_eq!(fs::read(&target).expect("the target"), b"precious");
    }
}
