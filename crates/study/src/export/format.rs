//! Formats by a file's ending, and writing outside the run's folder.

use std::path::Path;

use hesscope_files::write_bytes;

use crate::error::StudyError;

/// A format by a file's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Npz,
    Safetensors,
}

impl Format {
    /// The format of a file that is to be written, one of those allowed.
    pub fn of(path: &Path, allowed: &[Self]) -> Result<Self, StudyError> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let found = allowed
            .iter()
            .find(|format| Some(format.ending()) == ending);
        found.copied().ok_or_else(|| {
            let endings: Vec<String> = allowed
                .iter()
                .map(|format| format!(".{}", format.ending()))
                .collect();
            StudyError::setting(format!(
                "{} has an ending that no format goes by: give --out a file that ends in {}",
                path.display(),
                endings.join(" or ")
            ))
        })
    }

    /// Its ending, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Npz => "npz",
            Self::Safetensors => "safetensors",
        }
    }
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), StudyError> {
    write_bytes(path, bytes).map_err(|error| StudyError::write(path, error))
}

/// Copies a file whole or not at all.
pub fn copy(from: &Path, to: &Path) -> Result<(), StudyError> {
    let bytes = std::fs::read(from).map_err(|error| StudyError::read(from, error))?;
    write(to, &bytes)
}
