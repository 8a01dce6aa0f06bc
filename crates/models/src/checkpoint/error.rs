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
    #[error("the checkpoint {} is damaged or truncated ({reason}): delete it and train again", path.display())]
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
    /// It was written by a run with other settings, which are told by their SHA-256.
    #[error("the checkpoint of epoch {} was written by another run (the SHA-256 of its settings is {} and not {}): put the right file in its place, or use another folder", .0.epoch, .0.found, .0.wanted)]
    OtherRun(Mismatch),
    /// It was trained on other data, which are told by their fingerprint.
    #[error("the checkpoint of epoch {} was trained on other data (their fingerprint is {} and not {}): use the data it was trained on, or train in another folder", .0.epoch, .0.found, .0.wanted)]
    OtherTrainingData(Mismatch),
    /// It was evaluated on other test data, which are told by their fingerprint.
    #[error("the checkpoint of epoch {} was evaluated on other test data (their fingerprint is {} and not {}): use the data it was evaluated on, or train in another folder", .0.epoch, .0.found, .0.wanted)]
    OtherTestData(Mismatch),
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

/// A part of a checkpoint's [`Provenance`](crate::Provenance) that is not the one at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The checkpoint's epoch.
    pub epoch: usize,
    /// What the checkpoint names.
    pub found: String,
    /// What is at hand.
    pub wanted: String,
}
