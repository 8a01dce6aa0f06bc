//! Writing a file outside the run's folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use hesscope_report::NamedArray;

use super::{npz, safetensors};
use crate::failure::Failure;

/// A format by a file's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Npz,
    Safetensors,
}

impl Format {
    /// The format of a file that is to be written, one of those allowed.
    pub fn of(path: &Path, allowed: &[Self]) -> Result<Self, Failure> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let found = allowed
            .iter()
            .find(|format| Some(format.ending()) == ending);
        found.copied().ok_or_else(|| {
            let endings: Vec<String> = allowed
                .iter()
                .map(|format| format!(".{}", format.ending()))
                .collect();
            Failure::new(format!(
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

/// Writes arrays with texts beside them, in one of the two formats for arrays.
pub fn write_arrays(
    path: &Path,
    format: Format,
    arrays: &[NamedArray],
    texts: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let bytes = match format {
        Format::Safetensors => safetensors::bytes(arrays, texts)?,
        _ => npz::bytes(arrays, texts)?,
    };
    write(path, &bytes)
}

/// Writes a file whole or not at all.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let attempt = || -> std::io::Result<()> {
        let folder = path.parent().filter(|parent| *parent != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".tmp")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    attempt().map_err(|error| {
        Failure::new(format!(
            "cannot write {} ({error}): make room or choose another --out",
            path.display()
        ))
    })
}
