//! Why a snapshot could not be kept or gone on with.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a snapshot could not be kept or gone on with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The operating system refused to read, write or remove a file or folder: the disk is full, or a permission missing.
    /// What was kept before is whole.
    #[error(
        "cannot {action} {path} ({source}): check the folder, its permissions and the room left"
    )]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// What was read is not what was kept: nothing can go on from it.
    #[error(
        "{snapshot} is damaged ({reason}): put back a sound copy, or clear the snapshot to begin the estimation anew"
    )]
    Damaged {
        /// The file, or where that is sound the estimation that cannot go on from its state.
        snapshot: String,
        /// What is wrong.
        reason: String,
    },

    /// It is sound, but of another estimation, operator or name, or taken with other options.
    #[error(
        "{snapshot} was taken with other settings: {differences}; ask for what it was taken with, or clear the snapshot to \
         begin anew"
    )]
    OtherSettings {
        /// The file, or the estimation asked for.
        snapshot: String,
        /// What differs, with both values.
        differences: String,
    },
}

impl SnapshotError {
    /// What the operating system says of a file or folder.
    pub(crate) fn file(
        action: &'static str,
        path: &Path,
    ) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path: path.clone(),
            source,
        }
    }

    /// A file that is not what was written.
    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged {
            snapshot: path.display().to_string(),
            reason: reason.into(),
        }
    }

    /// A state from which the estimation cannot go on.
    pub(crate) fn state(estimation: &'static str, reason: impl Into<String>) -> Self {
        Self::Damaged {
            snapshot: of(estimation),
            reason: reason.into(),
        }
    }

    /// A state of another estimation, or of other settings of this one.
    pub(crate) fn settings(estimation: &'static str, differences: String) -> Self {
        Self::OtherSettings {
            snapshot: of(estimation),
            differences,
        }
    }
}

fn of(estimation: &'static str) -> String {
    format!("the snapshot of `{estimation}`")
}
