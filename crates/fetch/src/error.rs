//! Everything that can go wrong, one sentence each.

use crate::reason::Failure;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why a data set could not be fetched or unpacked.
///
/// Every message names the file, address or entry at fault and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// A data set name that is not in the catalogue.
    #[error("unknown data set `{name}`: choose one of {known}")]
    UnknownDataset {
        /// The name as given.
        name: String,
        /// The known names, separated by commas.
        known: String,
    },

    /// A data set that its users must get by hand.
    #[error("{dataset} cannot be fetched: {by_hand}")]
    ByHand {
        /// The data set's name.
        dataset: String,
        /// Why not, and what to do instead.
        by_hand: String,
    },

    /// An entry of a catalogue that is not sound.
    #[error("the catalogue's entry {dataset} cannot be used, since {problem}: correct the entry")]
    InvalidCatalogue {
        /// The data set's name.
        dataset: String,
        /// What is wrong with it.
        problem: String,
    },

    /// An address that nothing can be fetched from.
    #[error(
        "the address `{address}` cannot be used, since {problem}: give one like https://host/folder"
    )]
    InvalidAddress {
        /// The address as given.
        address: String,
        /// What is wrong with it.
        problem: &'static str,
    },

    /// A folder that is not there and cannot be made.
    #[error(
        "cannot make the folder {path} ({source}): choose another folder or correct its permissions"
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// A folder that another process is fetching into.
    #[error(
        "another process is fetching into {path}: wait for it to end, or choose another folder"
    )]
    Locked {
        /// The folder.
        path: PathBuf,
    },

    /// A file in place that is not the one to fetch.
    #[error(
        "{path} is there but {problem}: move it away, or set `replace` to have it fetched again"
    )]
    FileDiffers {
        /// The file.
        path: PathBuf,
        /// How it differs.
        problem: String,
    },

    /// Something in the way that is not a plain file.
    #[error("{path} is not a plain file, so nothing is written there: move it away")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },

    /// A file that no address gave.
    #[error("{file} could not be fetched, since {}: {}", list(.failures), remedy(.failures, .part, *.kept))]
    Exhausted {
        /// The file's name.
        file: String,
        /// Every address with the last thing that went wrong there, in the order tried.
        failures: Vec<Failure>,
        /// The file that keeps what has arrived.
        part: PathBuf,
        /// How many bytes it keeps; with 0 there is no such file.
        kept: u64,
    },

    /// A file or folder that cannot be written.
    #[error("{}", not_written(.path, .source))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// A file that cannot be read.
    #[error("cannot read {path} ({source}): check the file and its permissions")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// The [`Observer`](crate::Observer) asked to stop.
    #[error("fetching {file} was interrupted: fetch again to go on from there")]
    Interrupted {
        /// The file's name.
        file: String,
    },

    /// An archive that does not decompress or is not a tar archive.
    #[error("{archive} is not a sound .tar.gz archive ({problem}): fetch it again")]
    ArchiveDamaged {
        /// The archive.
        archive: PathBuf,
        /// What the reader said.
        problem: String,
    },

    /// An archive that must not be unpacked, or is not the one expected.
    #[error("{archive} was not unpacked, since {problem}: {remedy}")]
    NotUnpacked {
        /// The archive.
        archive: PathBuf,
        /// What is wrong with it; unusual characters of names are escaped.
        problem: String,
        /// What to do about it.
        remedy: String,
    },

    /// A folder in the place of the one to be unpacked.
    #[error(
        "{path} is there already, so {archive} was not unpacked over it: move it away to unpack anew"
    )]
    AlreadyUnpacked {
        /// The archive.
        archive: PathBuf,
        /// The folder in place.
        path: PathBuf,
    },
}

/// The sentence for a file that could not be written, by what stood in the way.
fn not_written(path: &Path, source: &io::Error) -> String {
    use ErrorKind::{
        FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    let path = path.display();
    match source.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => format!(
            "there is no room to write {path} ({source}): free some space or choose another disk, then fetch again to go on from there"
        ),
        PermissionDenied | ReadOnlyFilesystem => format!(
            "{path} may not be written ({source}): choose another folder or correct its permissions"
        ),
        _ => format!(
            "cannot write {path} ({source}): check the disk, then fetch again to go on from there"
        ),
    }
}

fn list(failures: &[Failure]) -> String {
    let all: Vec<String> = failures.iter().map(ToString::to_string).collect();
    all.join(", and ")
}

fn remedy(failures: &[Failure], part: &Path, kept: u64) -> String {
    let remedy = if failures
        .iter()
        .all(|failure| failure.reason.is_of_the_server())
    {
        "name a mirror that has the file"
    } else {
        "check the network and fetch again, or name a mirror"
    };
    if kept == 0 {
        return remedy.to_owned();
    }
    let part = part.display();
    format!("{remedy}; the first {kept} bytes are kept in {part}")
}
