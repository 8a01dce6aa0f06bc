//! What can go wrong while a report is written.

use std::io;
use std::path::PathBuf;

use hesscope_records::Origin;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file could not be written.
    #[error(
        "cannot write {}: {source}; make sure that the folder is writable and the disk has room, then write the report again",
        path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder could not be made.
    #[error(
        "cannot create the folder {}: {source}; remove what is in its place or choose another folder",
        path.display()
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An analysis does not describe a spectrum.
    #[error(
        "the analysis {key} cannot be reported: {reason}; delete its file in the folder analysis and run the analysis again"
    )]
    Analysis {
        /// The analysis's key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A spectrum that is in no file does not describe one.
    #[error("the spectrum of {name} cannot be reported: {reason}")]
    Spectrum {
        /// What it is called.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A record of class means does not describe any.
    #[error(
        "the class means {key} cannot be reported: {reason}; delete their file in the folder means and measure them again"
    )]
    ClassMeans {
        /// The record's key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A figure could not be turned into a picture.
    #[error("cannot draw {}: {reason}; its SVG is beside it", path.display())]
    Raster {
        /// The PNG file.
        path: PathBuf,
        /// What the renderer said.
        reason: String,
    },
}

impl ReportError {
    pub(crate) fn analysis(origin: &Origin, reason: impl ToString) -> Self {
        Self::Analysis {
            key: origin.key.clone(),
            reason: reason.to_string(),
        }
    }
}
