//! What all records have in common: how they came to be, how they are named, and how they are kept in a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hesscope_files::sealed::{Damage, check_json, seal_json};
use hesscope_files::{sha256_hex, write_bytes};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::subject::Subject;

/// The version of the schema of all records; a file of another version is not read.
pub const SCHEMA_VERSION: u32 = 4;

/// How a record came to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// [`SCHEMA_VERSION`].
    #[schemars(extend("const" = SCHEMA_VERSION))]
    pub schema: u32,
    /// SHA-256 of the settings as JSON: what the record is found again by.
    pub key: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// Wall-clock seconds it took, without what was there already.
    pub seconds: f64,
}

impl Origin {
    /// That of a record of these settings, made now by this version in so many seconds.
    pub fn of<S: Serialize>(settings: &S, device: &str, seconds: f64) -> Self {
        Origin {
            schema: SCHEMA_VERSION,
            key: key(settings),
            version: env!("CARGO_PKG_VERSION").into(),
            device: device.into(),
            seconds,
        }
    }
}

/// A result that is kept in a file of its own, under its settings: equal settings, equal result up to rounding.
///
/// The file is sealed JSON, `FOLDER/STEM-KEY.json` with the first 12 digits of the key.
pub trait Record: Serialize + DeserializeOwned {
    /// Everything that determines the result.
    type Settings: Serialize + PartialEq;

    /// What the record is called in messages.
    const KIND: &'static str;
    /// Its folder in that of a run.
    const FOLDER: &'static str;

    /// What was asked for.
    fn settings(&self) -> &Self::Settings;
    /// How it came to be.
    fn origin(&self) -> &Origin;
    /// How the name of the file begins.
    fn stem(settings: &Self::Settings) -> String;
    /// The networks and examples it is of.
    fn subjects(settings: &Self::Settings) -> Vec<&Subject>;
}

/// SHA-256 of settings as JSON.
///
/// # Panics
///
/// Never for settings: their maps have strings as keys.
pub fn key<S: Serialize>(settings: &S) -> String {
    let json = serde_json::to_vec(settings).expect("settings are JSON");
    sha256_hex(&json)
}

/// Where the record of these settings is kept below `root`.
pub fn path_of<R: Record>(root: &Path, settings: &R::Settings) -> PathBuf {
    let name = format!("{}-{}.json", R::stem(settings), &key(settings)[..12]);
    root.join(R::FOLDER).join(name)
}

/// Why a record cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file or its folder cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file is not as it was written.
    #[error("{} is damaged ({reason}): delete it, and it is made again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file was written by another version.
    #[error(
        "{} has schema {found}, and this version of hesscope reads {SCHEMA_VERSION}: delete it, and it is made again",
        .path.display()
    )]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
    },
    /// The file is of another run.
    #[error(
        "{} is of another {what} than that of run.toml: put the right file back, or delete this one and it is made again",
        .path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What is other: `run`, `checkpoint` or `data`.
        what: &'static str,
    },
    /// The file cannot be written.
    #[error(
        "cannot write {} ({source}): make room or choose another folder, then repeat the command, and what is \
         finished is reused",
        .path.display()
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl RecordError {
    /// Whether the file is there and is no record that this version wrote, so that it can be made again in its place.
    pub fn can_be_made_again(&self) -> bool {
        matches!(
            self,
            RecordError::Damaged { .. }
                | RecordError::OtherSchema { .. }
                | RecordError::Foreign { .. }
        )
    }
}

/// Reads a record and checks its checksum, its schema, and that its key is that of its settings.
///
/// # Errors
///
/// A file that cannot be read, that is damaged, or that is of another schema.
pub fn read<R: Record>(path: &Path) -> Result<R, RecordError> {
    let bytes = fs::read(path).map_err(|source| RecordError::Read {
        path: path.to_owned(),
        source,
    })?;
    let damaged = |reason: String| RecordError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let text = match check_json(&bytes) {
        Ok(text) => text,
        // Files of version 1 had no checksum.
        Err(Damage::NoSeal) => {
            return Err(older(path, &bytes).unwrap_or_else(|| damaged(Damage::NoSeal.to_string())));
        }
        Err(damage) => return Err(damaged(damage.to_string())),
    };
    let record: R = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    let found = record.origin().schema;
    if found != SCHEMA_VERSION {
        return Err(RecordError::OtherSchema {
            path: path.to_owned(),
            found: found.into(),
        });
    }
    if record.origin().key != key(record.settings()) {
        return Err(damaged("its key is not that of its settings".into()));
    }
    Ok(record)
}

/// A file without a checksum that says which schema it has.
fn older(path: &Path, bytes: &[u8]) -> Option<RecordError> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    Some(RecordError::OtherSchema {
        path: path.to_owned(),
        found: value.get("schema")?.as_u64()?,
    })
}

/// Writes a record to its place below `root`, whole or not at all; gives the file.
///
/// # Errors
///
/// What the file system fails with.
pub fn write<R: Record>(root: &Path, record: &R) -> Result<PathBuf, RecordError> {
    let path = path_of::<R>(root, record.settings());
    write_at(&path, record)?;
    Ok(path)
}

/// Writes a record, or any object, as sealed JSON to a file, whole or not at all.
///
/// # Errors
///
/// What the file system fails with.
pub fn write_at<T: Serialize>(path: &Path, record: &T) -> Result<(), RecordError> {
    seal_json(record)
        .map_err(io::Error::from)
        .and_then(|bytes| write_bytes(path, &bytes))
        .map_err(|source| RecordError::Write {
            path: path.to_owned(),
            source,
        })
}

/// All records of a kind below `root`, with their files, by name; none where there is no such folder.
///
/// # Errors
///
/// A folder that cannot be read, and the first file that cannot.
pub fn read_all<R: Record>(root: &Path) -> Result<Vec<(PathBuf, R)>, RecordError> {
    files_of::<R>(root)?
        .into_iter()
        .map(|path| {
            let record = read(&path)?;
            Ok((path, record))
        })
        .collect()
}

/// The files of all records of a kind below `root`, by name, read or not; none where there is no such folder.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn files_of<R: Record>(root: &Path) -> Result<Vec<PathBuf>, RecordError> {
    files_with(&root.join(R::FOLDER), "json")
}

/// The files of a folder with this extension, by name; none where there is no such folder.
///
/// # Errors
///
/// A folder that cannot be read.
pub fn files_with(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, RecordError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            return Err(RecordError::Read {
                path: folder.to_owned(),
                source,
            });
        }
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|source| RecordError::Read {
                path: folder.to_owned(),
                source,
            })?
            .path();
        // Names that begin with a dot are of files half-written, or are no names of ours.
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A record, its file, and whether it was there.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<R> {
    /// The record.
    pub record: R,
    /// Its file.
    pub path: PathBuf,
    /// Where it came from.
    pub source: KeptSource,
}

/// Where a kept record came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptSource {
    /// It was in the folder.
    Found,
    /// It was made.
    Made,
    /// It was made again, since what was in its place was wrong in this way.
    MadeAgain(String),
}

/// The record of these settings: from its place below `root`, or made by `make` and written there.
///
/// A file in its place that is damaged, or of other settings, is replaced.
///
/// # Errors
///
/// A place that cannot be read or written, and what `make` fails with.
pub fn find_or_make<R, E>(
    root: &Path,
    settings: R::Settings,
    make: impl FnOnce(R::Settings) -> Result<R, E>,
) -> Result<Kept<R>, E>
where
    R: Record,
    E: From<RecordError>,
{
    let path = path_of::<R>(root, &settings);
    let wrong = match read::<R>(&path) {
        Ok(record) if *record.settings() == settings => {
            return Ok(Kept {
                record,
                path,
                source: KeptSource::Found,
            });
        }
        Ok(_) => Some(format!("{} is of other settings", path.display())),
        Err(error) if error.can_be_made_again() => Some(error.to_string()),
        Err(RecordError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let record = make(settings)?;
    write_at(&path, &record)?;
    Ok(Kept {
        record,
        path,
        source: wrong.map_or(KeptSource::Made, KeptSource::MadeAgain),
    })
}
