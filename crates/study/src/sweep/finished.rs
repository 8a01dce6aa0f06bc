//! `sweep.json` in the folder of a run: that it is finished, which analyses it has, and the time it took.

use std::fs;
use std::path::{Path, PathBuf};

use hesscope_files::is_below;
use hesscope_records::record::read;
use hesscope_records::{Analysis, Kept};
use serde::{Deserialize, Serialize};

use super::folder::SweepFolder;
use super::point::Point;
use crate::error::StudyError;
use crate::run::{RunFolder, SEARCH, TimingRecord, search_record, timing_of};
use crate::sealed_file::read_sealed;
use crate::settings::LearningRate;

/// Name of the file.
const FINISHED: &str = "sweep.json";

/// The mark of a finished run. The rows of the table are made from the analyses that it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// The run.
    run: String,
    /// The key of its settings.
    key: String,
    /// The analyses that the settings ask for, in their order.
    analyses: Vec<FinishedAnalysis>,
    /// Seconds of training and evaluation, those of a search with them.
    pub training_seconds: f64,
    /// Seconds of the analyses.
    pub analysis_seconds: f64,
}

/// One analysis of a finished run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct FinishedAnalysis {
    /// Its file in the folder `analysis` of the run.
    file: String,
    /// Its key.
    key: String,
}

impl Finished {
    /// Where the mark of a run is.
    pub(super) fn path(folder: &SweepFolder, point: &Point) -> PathBuf {
        folder.run(&point.name).join(FINISHED)
    }

    /// The mark that a run left, if its settings were the present ones.
    ///
    /// # Errors
    ///
    /// In a sentence, a mark that is damaged or another run's.
    pub(super) fn read(folder: &SweepFolder, point: &Point) -> Result<Option<Self>, String> {
        let path = Self::path(folder, point);
        let wrong = |reason: String| {
            format!(
                "{} is not the mark of a finished run ({reason})",
                path.display()
            )
        };
        let Some(mark) = read_sealed::<Self>(&path).map_err(wrong)? else {
            return Ok(None);
        };
        if mark.run != point.name {
            return Err(wrong(format!("it is of {}", mark.run)));
        }
        let key = point.key().map_err(|error| error.to_string())?;
        Ok((mark.key == key).then_some(mark))
    }

    /// The analyses with their files' names, each whole, of this run, and the one that the mark was made with.
    ///
    /// # Errors
    ///
    /// An analysis that is missing, damaged or another one.
    pub(super) fn analyses(
        &self,
        folder: &SweepFolder,
        point: &Point,
    ) -> Result<Vec<(String, Analysis)>, StudyError> {
        let run_sha256 = point.settings.hash()?;
        self.analyses
            .iter()
            .map(|named| {
                let below = folder.run(&point.name).join("analysis");
                if !is_below(&named.file) {
                    return Err(StudyError::damaged(format!(
                        "the run in {} finished with {:?}, which is no file below {}",
                        folder.run(&point.name).display(),
                        named.file,
                        below.display()
                    )));
                }
                let path = below.join(&named.file);
                let analysis: Analysis = read(&path)?;
                if analysis.origin.key != named.key
                    || analysis.settings.subject.run_sha256 != run_sha256
                {
                    return Err(StudyError::damaged(format!(
                        "{} is not the analysis that the run finished with",
                        path.display()
                    )));
                }
                Ok((named.file.clone(), analysis))
            })
            .collect()
    }

    /// The mark of a run with these analyses.
    pub(super) fn of(
        run: &RunFolder,
        point: &Point,
        analyses: &[Kept<Analysis>],
    ) -> Result<Self, StudyError> {
        let named = |kept: &Kept<Analysis>| FinishedAnalysis {
            file: kept
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            key: kept.record.origin.key.clone(),
        };
        Ok(Finished {
            run: point.name.clone(),
            key: point.key()?,
            analyses: analyses.iter().map(named).collect(),
            training_seconds: training_seconds(run.root(), point)?,
            analysis_seconds: analyses.iter().map(|kept| kept.record.origin.seconds).sum(),
        })
    }

    /// Marks a run as finished.
    pub(super) fn write(&self, run: &RunFolder) -> Result<(), StudyError> {
        run.write_json(FINISHED, self)
    }
}

/// The learning rate of a run: the one given, or the one that its search found.
pub fn learning_rate(folder: &SweepFolder, point: &Point) -> Result<Option<f64>, StudyError> {
    match point.settings.train.learning_rate {
        LearningRate::Fixed(rate) => Ok(Some(rate)),
        LearningRate::Search(_) => {
            let run = RunFolder::read(&folder.run(&point.name))?;
            Ok(search_record(&run)?.map(|search| search.best))
        }
    }
}

/// The sum over `timing.jsonl`, and over those of a search.
fn training_seconds(root: &Path, point: &Point) -> Result<f64, StudyError> {
    let run_sha256 = point.settings.hash()?;
    let seconds = |folder: &Path| -> f64 {
        timing_of(folder, &run_sha256, usize::MAX)
            .iter()
            .map(TimingRecord::seconds)
            .sum()
    };
    let trials = fs::read_dir(root.join(SEARCH))
        .into_iter()
        .flatten()
        .flatten();
    let searched: f64 = trials.map(|trial| seconds(&trial.path())).sum();
    // The best trial of as many epochs is the run itself, whose times are a copy.
    let train = &point.settings.train;
    let adopted = train.learning_rate.is_search()
        && train
            .search_epochs
            .is_none_or(|epochs| epochs == train.epochs);
    Ok(if adopted {
        searched
    } else {
        searched + seconds(root)
    })
}
