//! `failures/NAME.json`: what a run failed of.

use std::fs;
use std::io::ErrorKind;

use serde::{Deserialize, Serialize};

use super::folder::SweepFolder;
use super::points::Point;
use crate::failure::Failure;
use crate::folder::RunFolder;

/// Version of the schema.
const SCHEMA: u32 = 1;

/// The file. Whoever holds the run's folder writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailureRecord {
    schema: u32,
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
    /// What a run failed of, if it failed with its present settings. A file that does not read is no failure: the run is
    /// run again.
    pub fn read(folder: &SweepFolder, point: &Point) -> Result<Option<Self>, Failure> {
        let Ok(text) = fs::read_to_string(folder.failure(&point.name)) else {
            return Ok(None);
        };
        let key = point.key()?;
        let record: Option<FailureRecord> = serde_json::from_str(&text).ok();
        Ok(record.filter(|record| record.schema == SCHEMA && record.key == key))
    }

    /// Records one more failure; gives the record.
    pub fn write(
        folder: &SweepFolder,
        run: &RunFolder,
        point: &Point,
        sentence: &str,
    ) -> Result<Self, Failure> {
        let times = Self::read(folder, point)?.map_or(0, |earlier| earlier.times);
        let record = FailureRecord {
            schema: SCHEMA,
            run: point.name.clone(),
            key: point.key()?,
            times: times + 1,
            sentence: sentence.to_owned(),
            hesscope: env!("CARGO_PKG_VERSION").into(),
        };
        run.write_beside(
            &folder.failure(&point.name),
            &serde_json::to_vec_pretty(&record)?,
        )?;
        Ok(record)
    }

    /// Forgets the failures of a run that succeeded.
    pub fn forget(folder: &SweepFolder, point: &Point) -> Result<(), Failure> {
        let path = folder.failure(&point.name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::new(format!(
                "cannot remove {}: {error}; remove it by hand",
                path.display()
            ))),
            _ => Ok(()),
        }
    }
}
