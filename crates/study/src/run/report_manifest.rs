//! `report.json`: the files of a run's report with their checksums.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use hesscope_files::sealed::check_json;
use hesscope_files::sha256_file;
use hesscope_records::record::write_at;
use hesscope_report::ReportFiles;
use serde::{Deserialize, Serialize};

use crate::error::StudyError;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportManifest {
    /// SHA-256 of the run's training settings.
    pub run_sha256: String,
    /// The SHA-256 of each file, by its name below the folder.
    pub files: BTreeMap<String, String>,
}

impl ReportManifest {
    /// Where it lies.
    pub fn path(root: &Path) -> PathBuf {
        root.join("report.json")
    }

    /// Writes that of the files just written below `root`.
    ///
    /// # Errors
    ///
    /// What the file system fails with.
    pub fn write(root: &Path, run_sha256: &str, files: &ReportFiles) -> Result<(), StudyError> {
        let mut sums = BTreeMap::new();
        for path in files.figures.iter().chain([&files.html]) {
            let name = path
                .strip_prefix(root)
                .unwrap_or(path)
                .display()
                .to_string();
            let sum = sha256_file(path).map_err(|error| StudyError::read(path, error))?;
            sums.insert(name, sum);
        }
        let manifest = ReportManifest {
            run_sha256: run_sha256.to_owned(),
            files: sums,
        };
        Ok(write_at(&Self::path(root), &manifest)?)
    }

    /// Reads it, if there is one.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or is damaged.
    pub fn read(root: &Path) -> Result<Option<Self>, StudyError> {
        let path = Self::path(root);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StudyError::read(&path, error)),
        };
        let damaged = |reason: String| {
            StudyError::damaged(format!("{} is damaged ({reason})", path.display()))
        };
        let text = check_json(&bytes).map_err(|damage| damaged(damage.to_string()))?;
        serde_json::from_str(text)
            .map(Some)
            .map_err(|error| damaged(io::Error::from(error).to_string()))
    }
}
