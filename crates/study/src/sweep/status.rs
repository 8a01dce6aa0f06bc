//! How far a sweep is.

use super::estimate::{Estimate, estimate};
use super::finished::Finished;
use super::folder::SweepFolder;
use super::plan::Plan;
use super::point::Point;
use super::standing::Standing;
use crate::error::StudyError;

/// How far a sweep is.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Every run in order, and how it stands.
    pub runs: Vec<(Point, Standing)>,
    /// Marks of finished runs that are damaged or of another run, a sentence each: those runs count as left.
    pub damaged: Vec<String>,
    /// What is known of the time left.
    pub estimate: Estimate,
}

/// How far a sweep is now.
///
/// # Errors
///
/// None for a plan that was read from the folder.
pub fn status(folder: &SweepFolder, plan: Plan) -> Result<Status, StudyError> {
    let mut damaged = Vec::new();
    let runs = plan
        .runs
        .into_iter()
        .map(|point| {
            damaged.extend(Finished::read(folder, &point).err());
            let standing = Standing::of(folder, &point)?;
            Ok((point, standing))
        })
        .collect::<Result<Vec<_>, StudyError>>()?;
    Ok(Status {
        estimate: estimate(&runs)?,
        runs,
        damaged,
    })
}
