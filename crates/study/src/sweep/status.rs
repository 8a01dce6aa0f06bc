//! How far a sweep is.

use super::estimate::{Estimate, estimate};
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
    /// What is known of the time left.
    pub estimate: Estimate,
}

/// How far a sweep is now.
///
/// # Errors
///
/// None for a plan that was read from the folder.
pub fn status(folder: &SweepFolder, plan: Plan) -> Result<Status, StudyError> {
    let runs = plan
        .runs
        .into_iter()
        .map(|point| {
            let standing = Standing::of(folder, &point)?;
            Ok((point, standing))
        })
        .collect::<Result<Vec<_>, StudyError>>()?;
    Ok(Status {
        estimate: estimate(&runs)?,
        runs,
    })
}
