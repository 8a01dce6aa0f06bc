//! Why a study cannot go on.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use hesscope_data::DataError;
use hesscope_files::LockError;
use hesscope_hvp::HvpError;
use hesscope_models::{
    CheckpointError, ExportError, ImportError, ModelError, SearchError, SettingError, TrainError,
};
use hesscope_onnx::OnnxError;
use hesscope_ranks::RankError;
use hesscope_records::RecordError;
use hesscope_report::ReportError;
use hesscope_spectral::SpectralError;

/// Why a study cannot go on: a sentence that names the file, field or value, and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A setting, or what is asked for, cannot be as it was given.
    #[error("{0}")]
    Setting(String),
    /// A setting of the training is out of its range.
    #[error(transparent)]
    Training(#[from] SettingError),
    /// A folder is not what it is taken for, or holds something else.
    #[error("{0}")]
    Folder(String),
    /// Another process is at work in the folder.
    #[error("another hesscope is at work in {}: wait for it, or choose another folder", .0.display())]
    InUse(PathBuf),
    /// A file is not as it was written, or is of another run.
    #[error("{0}")]
    Damaged(String),
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A folder cannot be made.
    #[error("cannot make the folder {}: {source}; choose another with --out", .path.display())]
    MakeFolder {
        /// The folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error(
        "cannot write {} ({source}): make room or choose another folder, then repeat the command, and what is finished \
         is reused",
        .path.display()
    )]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Another of the ranks that share the examples failed.
    #[error(transparent)]
    Rank(#[from] RankError),
    /// The program itself is at fault.
    #[error("{0}")]
    Fault(String),
    /// The folder cannot be locked.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A record cannot be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The data cannot be had.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The training cannot go on.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The search for the learning rate cannot go on.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The network cannot be made.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The weights to start from cannot be had.
    #[error(transparent)]
    Weights(#[from] ImportError),
    /// The weights cannot be exported.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A model from a file cannot be read, or not as it is asked for.
    #[error("{}: {source}", .path.display())]
    Onnx {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: OnnxError,
    },
    /// Products cannot be formed.
    #[error(transparent)]
    Products(#[from] HvpError),
    /// An estimation cannot go on.
    #[error(transparent)]
    Estimation(#[from] SpectralError),
    /// A figure or page cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
}

impl StudyError {
    pub(crate) fn setting(sentence: impl Into<String>) -> Self {
        StudyError::Setting(sentence.into())
    }

    pub(crate) fn folder(sentence: impl Into<String>) -> Self {
        StudyError::Folder(sentence.into())
    }

    pub(crate) fn damaged(sentence: impl Into<String>) -> Self {
        StudyError::Damaged(sentence.into())
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        StudyError::Read {
            path: path.to_owned(),
            source,
        }
    }

    /// What is wrong with a model, with its file.
    pub fn onnx(path: &Path) -> impl Fn(OnnxError) -> Self {
        move |source| match source {
            // It names the file itself.
            OnnxError::Io { .. } => StudyError::Setting(source.to_string()),
            source => StudyError::Onnx {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// Whether a disk has no room, or takes nothing, for what is to be written: a fault of the place and not of what is asked
    /// for, which meets all that is written there.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        let mut cause: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return matches!(
                    error.kind(),
                    ErrorKind::StorageFull
                        | ErrorKind::QuotaExceeded
                        | ErrorKind::FileTooLarge
                        | ErrorKind::ReadOnlyFilesystem
                );
            }
            cause = error.source();
        }
        false
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        StudyError::Write {
            path: path.to_owned(),
            source,
        }
    }
}
