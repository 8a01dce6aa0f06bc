//! Why a snapshot could not be kept or gone on with.

use std::path::PathBuf;

use thiserror::Error;

/// Why a snapshot could not be kept or gone on with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It belongs to another estimation, operator or other options.
    #[error(
        "the snapshot was not taken by this estimation, `{estimation}`: {differences}; ask for what it was taken with, \
         or clear the snapshot to begin anew"
    )]
    Options {
        /// The estimation asked for.
        estimation: &'static str,
        /// What differs, with both values.
        differences: String,
    },

    /// What it holds is not a state of the estimation.
    #[error(
        "the snapshot holds no state of `{estimation}` to go on from ({reason}): clear the snapshot to begin anew"
    )]
    State {
        /// The estimation asked for.
        estimation: &'static str,
        /// What is wrong.
        reason: String,
    },

    /// The operating system refused to read, write or remove a file or folder.
    #[error(
        "cannot {action} {path} ({source}): check the folder, its permissions and the room left"
    )]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },

    /// A file is not what was written.
    #[error(
        "{path} is damaged ({reason}): put back a sound copy, or clear the snapshot to begin the estimation anew"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },

    /// A file is sound but belongs to something else.
    #[error(
        "{path} does not fit ({reason}): choose another folder, or clear the snapshot to begin anew"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it belongs to.
        reason: String,
    },
}

impl SnapshotError {
    /// A [`State`](Self::State) error.
    pub(crate) fn state(estimation: &'static str, reason: impl Into<String>) -> Self {
        Self::State {
            estimation,
            reason: reason.into(),
        }
    }
}
