//! What a folder holds of a data set.

use crate::catalogue::{Dataset, Pin, RemoteFile};
use crate::checksum::{Checksum, Hasher};
use flate2::read::MultiGzDecoder;
use serde::Serialize;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// What was found in a folder. It is shown one file a line, without a line break at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The official files in the catalogue's order, and behind each what else of it is there, as the
    /// decompressed file or the unpacked folder.
    pub files: Vec<FileReport>,
}

/// What was found under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The name of the file or folder.
    pub name: String,
    /// Whether it is an official file, rather than another form of one.
    pub official: bool,
    /// What it is.
    pub state: FileState,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileState {
    /// It has the bytes pinned.
    Good,
    /// It was compressed anew, and holds the content pinned.
    GoodContent,
    /// It is there, but the catalogue does not know its bytes.
    Unpinned,
    /// It is not there.
    Missing,
    /// It has another size, in bytes.
    WrongSize {
        /// Its size.
        found: u64,
        /// The size pinned.
        expected: u64,
    },
    /// It has the right size and other bytes.
    WrongChecksum {
        /// Its SHA-256.
        found: Checksum,
        /// The SHA-256 pinned.
        expected: Checksum,
    },
    /// It cannot be read.
    Unreadable {
        /// What the operating system said.
        problem: String,
    },
}

impl Report {
    /// Whether every file of the data set is there with the bytes or the content pinned.
    pub fn is_good(&self) -> bool {
        self.in_groups(|state| matches!(state, FileState::Good | FileState::GoodContent))
    }

    /// Whether every file of the data set is there in some form and none is known to be wrong.
    pub fn is_usable(&self) -> bool {
        let bad = |report: &FileReport| {
            !matches!(
                report.state,
                FileState::Good | FileState::GoodContent | FileState::Unpinned | FileState::Missing
            )
        };
        !self.files.iter().any(bad) && self.in_groups(|state| !matches!(state, FileState::Missing))
    }

    /// Whether of each official file, in whichever form, some state passes; an official file comes
    /// before its other forms. A report without files passes nothing.
    fn in_groups(&self, passes: impl Fn(&FileState) -> bool) -> bool {
        let mut groups: Vec<bool> = Vec::new();
        for report in &self.files {
            let passed = passes(&report.state);
            match groups.last_mut() {
                Some(group) if !report.official => *group |= passed,
                _ => groups.push(passed),
            }
        }
        !groups.is_empty() && groups.into_iter().all(|passed| passed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, report) in self.files.iter().enumerate() {
            let line_break = if number == 0 { "" } else { "\n" };
            write!(out, "{line_break}{}: {}", report.name, report.state)?;
        }
        Ok(())
    }
}

impl fmt::Display for FileState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileState::Good => write!(out, "good"),
            FileState::GoodContent => write!(out, "good content, compressed differently"),
            FileState::Unpinned => write!(out, "unpinned, present"),
            FileState::Missing => write!(out, "missing"),
            FileState::WrongSize { found, expected } => {
                write!(out, "wrong size, {found} bytes rather than {expected}")
            }
            FileState::WrongChecksum { found, expected } => {
                write!(out, "wrong SHA-256, {found} rather than {expected}")
            }
            FileState::Unreadable { problem } => write!(out, "unreadable ({problem})"),
        }
    }
}

/// Compares what the folder `dir` holds with what the catalogue says of `dataset`.
///
/// Nothing is changed, and nothing is asked of the network. All bytes are read.
pub fn verify(dir: &Path, dataset: &Dataset) -> Report {
    let mut files = Vec::new();
    for file in &dataset.files {
        let mut report = |name: &str, official, state| {
            files.push(FileReport {
                name: name.to_owned(),
                official,
                state,
            });
        };
        report(
            &file.name,
            true,
            official_state(&dir.join(&file.name), file),
        );
        if let Some(name) = file
            .name
            .strip_suffix(".gz")
            .filter(|_| file.folder.is_none())
        {
            let state = plain_state(&dir.join(name), file.content);
            if state != FileState::Missing {
                report(name, false, state);
            }
        }
        if let Some(folder) = file.folder.as_ref().filter(|name| dir.join(name).is_dir()) {
            report(folder, false, FileState::Unpinned);
        }
    }
    Report { files }
}

fn official_state(path: &Path, file: &RemoteFile) -> FileState {
    let state = state(path, file.pin);
    let wrong = matches!(
        state,
        FileState::WrongSize { .. } | FileState::WrongChecksum { .. }
    );
    match file.content {
        Some(content) if wrong && has_content(path, content) => FileState::GoodContent,
        _ => state,
    }
}

fn plain_state(path: &Path, content: Option<Pin>) -> FileState {
    match content {
        Some(pin) => state(path, pin),
        None if path.is_file() => FileState::Unpinned,
        None => FileState::Missing,
    }
}

fn state(path: &Path, pin: Pin) -> FileState {
    match compare(path, pin) {
        Ok(state) => state,
        Err(error) if error.kind() == ErrorKind::NotFound => FileState::Missing,
        Err(error) => FileState::Unreadable {
            problem: error.to_string(),
        },
    }
}

fn compare(path: &Path, pin: Pin) -> io::Result<FileState> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    if found.len() != pin.size {
        return Ok(FileState::WrongSize {
            found: found.len(),
            expected: pin.size,
        });
    }
    let mut hasher = Hasher::default();
    hasher.read(&mut File::open(path)?, || true)?;
    let found = hasher.checksum();
    if found == pin.sha256 {
        return Ok(FileState::Good);
    }
    Ok(FileState::WrongChecksum {
        found,
        expected: pin.sha256,
    })
}

/// Whether the gzip file at `path` decompresses to this content.
fn has_content(path: &Path, content: Pin) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    let decoder = MultiGzDecoder::new(io::BufReader::new(file));
    let mut hasher = Hasher::default();
    // One byte more than the content would be too many.
    let read = hasher.read(&mut decoder.take(content.size + 1), || true);
    read.is_ok_and(|size| size == content.size) && hasher.checksum() == content.sha256
}
