//! Files out of a tar archive, plain or gzip, that is read through once and never unpacked to disk.
//!
//! Only regular files of wanted names are kept; links, devices and paths that lead out of the archive are refused,
//! wherever they are. Sizes in headers are never trusted: memory grows with the bytes really read.

use flate2::read::MultiGzDecoder;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The operating system refused to read it.
    #[error("cannot read {path} ({source}): check the file and its permissions")]
    Io {
        /// The archive.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// It ends too early.
    #[error("{path} ends in the middle of the archive, as a broken download does: fetch it again")]
    Truncated {
        /// The archive.
        path: PathBuf,
    },

    /// It is damaged, or no archive.
    #[error("{path} is a damaged archive ({source}): fetch it again")]
    Corrupt {
        /// The archive.
        path: PathBuf,
        /// What the decompressor or the reader of the archive said.
        source: io::Error,
    },

    /// An entry that is no plain file or folder inside the archive.
    #[error("{path} holds `{entry}`, {problem}: give the official archive")]
    OddEntry {
        /// The archive.
        path: PathBuf,
        /// The entry's name.
        entry: String,
        /// What is odd about it.
        problem: &'static str,
    },

    /// More than is ever read.
    #[error(
        "{path} holds more than the {limit} bytes that are read at most: give the official archive"
    )]
    TooLarge {
        /// The archive.
        path: PathBuf,
        /// The most bytes of unpacked content that are read.
        limit: u64,
    },
}

/// The most bytes of unpacked content that are read from one archive (1 GiB; the larger CIFAR has 177 MiB).
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// Reads the files of the wanted names from an archive on disk, whatever folder of the archive they are in.
pub(crate) fn read_file(
    path: &Path,
    wanted: &[&str],
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let file = File::open(path).map_err(|source| ArchiveError::Io {
        path: path.to_owned(),
        source,
    })?;
    read(BufReader::new(file), path, wanted, MAX_BYTES)
}

/// [`read_file`] from anything; `path` only serves the messages.
pub(crate) fn read(
    mut source: impl Read,
    path: &Path,
    wanted: &[&str],
    limit: u64,
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let mut start = Vec::new();
    (&mut source)
        .take(2)
        .read_to_end(&mut start)
        .map_err(|source| ArchiveError::Io {
            path: path.to_owned(),
            source,
        })?;
    let gzip = start == [0x1f, 0x8b];
    let whole = Cursor::new(start).chain(source);
    if gzip {
        read_tar(MultiGzDecoder::new(whole), path, wanted, limit)
    } else {
        read_tar(whole, path, wanted, limit)
    }
}

fn read_tar(
    content: impl Read,
    path: &Path,
    wanted: &[&str],
    limit: u64,
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let mut archive = Archive::new(content.take(limit));
    let files = read_entries(&mut archive, path, wanted);
    let mut rest = archive.into_inner();
    // The checksum of a gzip stream stands behind its end.
    let drained = files.and_then(|files| {
        io::copy(&mut rest, &mut io::sink()).map_err(|error| failure(error, path))?;
        Ok(files)
    });
    if rest.limit() == 0 {
        let path = path.to_owned();
        return Err(ArchiveError::TooLarge { path, limit });
    }
    drained
}

fn read_entries<R: Read>(
    archive: &mut Archive<R>,
    path: &Path,
    wanted: &[&str],
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let mut files = BTreeMap::new();
    // Raw, so that a name of any length is skipped like other content rather than read into memory.
    let entries = archive.entries().map_err(|error| failure(error, path))?;
    for entry in entries.raw(true) {
        let mut entry = entry.map_err(|error| failure(error, path))?;
        let Some(name) = file_name(&entry, path)? else {
            continue;
        };
        if !wanted.contains(&name.as_str()) {
            continue;
        }
        let size = entry.size();
        let mut content = Vec::new();
        entry
            .read_to_end(&mut content)
            .map_err(|error| failure(error, path))?;
        if (content.len() as u64) < size {
            let path = path.to_owned();
            return Err(ArchiveError::Truncated { path });
        }
        if files.insert(name.clone(), content).is_some() {
            return Err(odd(path, name, "and that twice"));
        }
    }
    Ok(files)
}

/// The last part of the name of a regular file; nothing for folders and extended headers.
fn file_name<R: Read>(entry: &Entry<'_, R>, path: &Path) -> Result<Option<String>, ArchiveError> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let odd = |problem| Err(odd(path, name.clone(), problem));
    match entry.header().entry_type() {
        EntryType::Regular => {}
        EntryType::Directory
        | EntryType::XHeader
        | EntryType::XGlobalHeader
        | EntryType::GNULongName => return Ok(None),
        EntryType::Link | EntryType::Symlink | EntryType::GNULongLink => {
            return odd("which is a link");
        }
        _ => return odd("which is neither a file nor a folder"),
    }
    let inside = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(&name).components().all(|part| inside(&part)) {
        return odd("which leads out of the archive");
    }
    Ok(name.rsplit('/').next().map(String::from))
}

fn odd(path: &Path, entry: String, problem: &'static str) -> ArchiveError {
    ArchiveError::OddEntry {
        path: path.to_owned(),
        entry,
        problem,
    }
}

fn failure(source: io::Error, path: &Path) -> ArchiveError {
    let path = path.to_owned();
    match source.kind() {
        ErrorKind::UnexpectedEof => ArchiveError::Truncated { path },
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            ArchiveError::Corrupt { path, source }
        }
        _ => ArchiveError::Io { path, source },
    }
}
