//! What can be wrong with a checkpoint.

use std::{io, path::PathBuf};

use thiserror::Error;

/// A checkpoint that cannot be written, read or used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// There is no such file.
    #[error("there is no checkpoint {}: train the network first, or name an epoch that was kept", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read the checkpoint {} ({source}): check the file's permissions and the disk", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the checkpoint {} ({source}): make room or choose another folder, then start again and training continues from the last complete epoch", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is cut short, changed, or no checkpoint at all.
    #[error("the checkpoint {} is damaged ({reason}): delete it and train again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A sound checkpoint of another format version.
    #[error("the checkpoint {} has format {found} and this version of hesscope reads format {known}: use the version that wrote it", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The format of this version.
        known: u32,
    },
    /// The file is named for an epoch that it does not hold.
    #[error("the checkpoint {} holds the weights after epoch {found} and not after epoch {named}: put the right file in its place, or delete it and train again", path.display())]
    OtherEpoch {
        /// The file.
        path: PathBuf,
        /// The epoch it holds.
        found: usize,
        /// The epoch in its name.
        named: usize,
    },
    /// It was written by a run with other settings.
    #[error(
        "the checkpoint of epoch {epoch} was written by another run (the SHA-256 of its settings is {found} and not {wanted}): put the right file in its place, or use another folder"
    )]
    OtherRun {
        /// The checkpoint's epoch.
        epoch: usize,
        /// SHA-256 of the settings it was written under.
        found: String,
        /// SHA-256 of the settings asked for.
        wanted: String,
    },
    /// It was trained on other data.
    #[error(
        "the checkpoint of epoch {epoch} was trained on other data (their fingerprint is {found} and not {wanted}): use the data it was trained on, or train in another folder"
    )]
    OtherTrainingData {
        /// The checkpoint's epoch.
        epoch: usize,
        /// Fingerprint of the data it was trained on.
        found: String,
        /// Fingerprint of the training data at hand.
        wanted: String,
    },
    /// It was evaluated on other data.
    #[error(
        "the checkpoint of epoch {epoch} was evaluated on other test data (their fingerprint is {found} and not {wanted}): use the data it was evaluated on, or train in another folder"
    )]
    OtherTestData {
        /// The checkpoint's epoch.
        epoch: usize,
        /// Fingerprint of the test data it was evaluated on.
        found: String,
        /// Fingerprint of the test data at hand.
        wanted: String,
    },
    /// It was written under other settings.
    #[error("{} was written with {field} = {stored}, not {wanted}: use the same settings or another folder", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// The setting that differs.
        field: String,
        /// Its value in the file.
        stored: String,
        /// The value asked for.
        wanted: String,
    },
}
