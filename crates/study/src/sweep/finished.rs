//! `sweep.json` in the folder of a run: that it is finished, its rows of the table, and the time it took.

use std::fs;
use std::path::Path;

use hesscope_report::schema::SweepRow;
use serde::{Deserialize, Serialize};

use super::folder::SweepFolder;
use super::points::Point;
use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::settings::Settings;
use crate::timing;

/// Name of the file.
const FINISHED: &str = "sweep.json";

/// Version of its schema, and of the rows'.
const SCHEMA: u32 = 1;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finished {
    schema: u32,
    /// The key of the run's settings.
    key: String,
    /// A row for every analysis the settings ask for.
    pub rows: Vec<SweepRow>,
    /// Seconds of training and evaluation, those of a search with them.
    pub training_seconds: f64,
    /// Seconds of the analyses.
    pub analysis_seconds: f64,
}

impl Finished {
    /// What a finished run left, if its settings were the present ones and the analyses are there.
    pub fn read(folder: &SweepFolder, point: &Point) -> Result<Option<Self>, Failure> {
        let Ok(text) = fs::read_to_string(folder.run(&point.name).join(FINISHED)) else {
            return Ok(None);
        };
        let key = point.key()?;
        let finished: Option<Finished> = serde_json::from_str(&text).ok();
        Ok(finished.filter(|finished| {
            finished.schema == SCHEMA
                && finished.key == key
                && finished
                    .rows
                    .iter()
                    .all(|row| folder.root().join(&row.analysis).is_file())
        }))
    }

    /// The mark of a run whose analyses have these rows and took so many seconds.
    pub fn of(
        run: &RunFolder,
        point: &Point,
        rows: Vec<SweepRow>,
        analysis_seconds: f64,
    ) -> Result<Self, Failure> {
        Ok(Finished {
            schema: SCHEMA,
            key: point.key()?,
            rows,
            training_seconds: training_seconds(run.root(), &point.settings),
            analysis_seconds,
        })
    }

    /// Marks a run as finished.
    pub fn write(&self, run: &RunFolder) -> Result<(), Failure> {
        run.write(FINISHED, &serde_json::to_vec_pretty(self)?)
    }
}

/// The sum over `timing.jsonl`, and over those of a search.
fn training_seconds(root: &Path, settings: &Settings) -> f64 {
    let seconds = |folder: &Path| -> f64 {
        timing::earlier(folder, usize::MAX)
            .iter()
            .map(|epoch| epoch.training_seconds + epoch.evaluation_seconds.unwrap_or(0.0))
            .sum()
    };
    let trials: f64 = fs::read_dir(root.join("search"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|trial| seconds(&trial.path()))
        .sum();
    // The best trial of as many epochs is the run itself, whose times are a copy.
    let train = &settings.train;
    let adopted = train.learning_rate.is_search()
        && train
            .search_epochs
            .is_none_or(|epochs| epochs == train.epochs);
    if adopted {
        trials
    } else {
        trials + seconds(root)
    }
}
