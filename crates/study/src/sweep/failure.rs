//! `failures/NAME.json`: what a run failed of.

use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::folder::SweepFolder;
use super::point::Point;
use crate::error::StudyError;
use crate::sealed_file::read_sealed;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureRecord {
    /// The run.
    pub run: String,
    /// The key of its settings.
    key: String,
    /// How often it failed.
    pub times: u64,
    /// What was said.
    pub sentence: String,
    /// The version of hesscope that said it.
    hesscope: String,
}

impl FailureRecord {
    /// What a run failed of, if it failed with its present settings. A file that is damaged or another run's is no failure:
    /// the run is run again.
    pub(super) fn read(folder: &SweepFolder, point: &Point) -> Result<Option<Self>, StudyError> {
        let key = point.key()?;
        let record: Option<Self> = read_sealed(&folder.failure(&point.name)).ok().flatten();
        Ok(record.filter(|record| record.run == point.name && record.key == key))
    }

    /// Records one more failure; gives the record.
    pub(super) fn write(
        folder: &SweepFolder,
        point: &Point,
        sentence: &str,
    ) -> Result<Self, StudyError> {
        let times = Self::read(folder, point)?.map_or(0, |earlier| earlier.times);
        let record = FailureRecord {
            run: point.name.clone(),
            key: point.key()?,
            times: times + 1,
            sentence: sentence.to_owned(),
            hesscope: env!("CARGO_PKG_VERSION").into(),
        };
        folder
            .hold()?
            .write_json(&folder.failure(&point.name), &record)?;
        Ok(record)
    }

    /// Forgets the failures of a run that succeeded.
    pub(super) fn forget(folder: &SweepFolder, point: &Point) -> Result<(), StudyError> {
        let path = folder.failure(&point.name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(StudyError::write(&path, error))
            }
            _ => Ok(()),
        }
    }
}
