//! Files out of a tar archive, plain or gzip, that is read through once and never unpacked to disk.
//!
//! Only regular files of wanted names are kept; links, devices and paths that lead out of the archive are refused,
//! wherever they are. Sizes in headers are never trusted: memory grows with the bytes really read.

use super::gzip::{self, decompressed};
use crate::error::{DataError, Fault};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Component, Path};
use tar::{Archive, Entry, EntryType};

/// The most bytes of unpacked content that are read from one archive (1 GiB; the larger CIFAR has 177 MiB).
pub(crate) const MAX_BYTES: u64 = 1 << 30;

const OFFICIAL: &str = "give the official archive";

/// Reads the files of the wanted names from an archive on disk, whatever folder of the archive they are in.
pub(crate) fn read_file(
    path: &Path,
    wanted: &[&str],
) -> Result<BTreeMap<String, Vec<u8>>, DataError> {
    let file = File::open(path).map_err(DataError::io(path))?;
    read(BufReader::new(file), path, wanted, MAX_BYTES)
}

/// [`read_file`] from anything; `path` only serves the messages.
pub(crate) fn read(
    source: impl Read,
    path: &Path,
    wanted: &[&str],
    limit: u64,
) -> Result<BTreeMap<String, Vec<u8>>, DataError> {
    let (content, _) = decompressed(source).map_err(DataError::io(path))?;
    let mut archive = Archive::new(content.take(limit));
    let files = read_entries(&mut archive, path, wanted);
    let mut rest = archive.into_inner();
    // The checksum of a gzip stream stands behind its end.
    let drained = files.and_then(|files| {
        io::copy(&mut rest, &mut io::sink()).map_err(|error| failure(error, path))?;
        Ok(files)
    });
    if rest.limit() == 0 {
        let problem = format!("holds more than the {limit} bytes that are read at most");
        return Err(DataError::unusable(
            path,
            Fault::TooLarge,
            problem,
            OFFICIAL,
        ));
    }
    drained
}

fn read_entries<R: Read>(
    archive: &mut Archive<R>,
    path: &Path,
    wanted: &[&str],
) -> Result<BTreeMap<String, Vec<u8>>, DataError> {
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
            return Err(failure(ErrorKind::UnexpectedEof.into(), path));
        }
        if files.insert(name.clone(), content).is_some() {
            return Err(odd(path, &name, "and that twice"));
        }
    }
    Ok(files)
}

/// The last part of the name of a regular file; nothing for folders and extended headers.
fn file_name<R: Read>(entry: &Entry<'_, R>, path: &Path) -> Result<Option<String>, DataError> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let odd = |problem| Err(odd(path, &name, problem));
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

fn odd(path: &Path, entry: &str, problem: &str) -> DataError {
    let problem = format!("holds `{entry}`, {problem}");
    DataError::unusable(path, Fault::Format, problem, OFFICIAL)
}

fn failure(source: io::Error, path: &Path) -> DataError {
    gzip::failure(source, path, "archive", "the archive")
}
