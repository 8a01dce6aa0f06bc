//! What can be wrong with the files of CIFAR, one sentence each.

use std::path::PathBuf;

/// Why files are no CIFAR-10 or CIFAR-100.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CifarError {
    /// Neither the files nor the archive.
    #[error(
        "{dir} holds neither {file} nor the archive {archive}: put the official binary version there or correct data_dir"
    )]
    NothingFound {
        /// The folder searched.
        dir: PathBuf,
        /// The first training file.
        file: &'static str,
        /// The name of the archive.
        archive: String,
    },

    /// A file that must be there and is not.
    #[error("{file} is missing from {place}: put it there or correct data_dir")]
    FileMissing {
        /// The file.
        file: &'static str,
        /// The folder or the archive.
        place: PathBuf,
    },

    /// A file without records.
    #[error("{path} is empty: fetch it again")]
    Empty {
        /// The file.
        path: PathBuf,
    },

    /// A file that ends within a record.
    #[error(
        "{path} has {length} bytes, which is not a whole number of records of {record} bytes: fetch it again"
    )]
    PartialRecord {
        /// The file.
        path: PathBuf,
        /// Its length.
        length: usize,
        /// The length of a record.
        record: usize,
    },

    /// A file larger than is ever read.
    #[error(
        "{path} is larger than the {limit} bytes that are read at most: give the official file"
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        limit: u64,
    },
}
