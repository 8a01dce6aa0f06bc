//! The search for the learning rate that a run's folder holds, for the record.

use hesscope_models::{SEARCH_TABLE, SearchTable, Trial};
use hesscope_records::{SearchRecord, TrialRecord};

use super::folder::RunFolder;
use super::metrics::split;
use crate::error::StudyError;

/// The search that a folder holds, if its rate was searched for.
///
/// # Errors
///
/// A table that is not as it was written, or of another run.
pub fn search_record(folder: &RunFolder) -> Result<Option<SearchRecord>, StudyError> {
    let path = folder.root().join(SEARCH_TABLE);
    let Some(table) = SearchTable::read(&path)? else {
        return Ok(None);
    };
    if table.provenance != folder.run_file()?.provenance() {
        return Err(StudyError::damaged(format!(
            "{} is of another run or of other data: delete it and repeat `hesscope train`",
            path.display()
        )));
    }
    let Some(best) = table.best() else {
        return Ok(None);
    };
    let trial = |trial: &Trial| TrialRecord {
        learning_rate: trial.learning_rate,
        train: trial.train.map(split),
        test: trial.test.map(split),
        diverged_in: trial.diverged_in,
    };
    Ok(Some(SearchRecord {
        epochs: table.epochs,
        full_epochs: table.full_epochs,
        best: best.learning_rate,
        trials: table.trials.iter().map(trial).collect(),
    }))
}
