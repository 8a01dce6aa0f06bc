//! How a run of a sweep stands.

use super::failure::FailureRecord;
use super::finished::Finished;
use super::folder::SweepFolder;
use super::point::Point;
use super::worker::Worker;
use crate::error::StudyError;

/// How a run stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It is finished.
    Done(Finished),
    /// Somebody is at work on it, who is named where that is known.
    Running(Option<Worker>),
    /// It failed.
    Failed(FailureRecord),
    /// It is yet to be carried out, or gone on with.
    Left,
}

impl Standing {
    /// How a run stands now. A mark that is damaged is none.
    pub(super) fn of(folder: &SweepFolder, point: &Point) -> Result<Self, StudyError> {
        if let Ok(Some(finished)) = Finished::read(folder, point) {
            return Ok(Standing::Done(finished));
        }
        if let Some(worker) = Worker::at_work(folder, point) {
            return Ok(Standing::Running(worker));
        }
        Ok(FailureRecord::read(folder, point)?.map_or(Standing::Left, Standing::Failed))
    }
}
