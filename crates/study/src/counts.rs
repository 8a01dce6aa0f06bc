//! Counts that are asked for, and how large they may be.

use crate::error::StudyError;

/// Most probes, steps, pairs or examples that anybody could wait for.
pub const MOST: usize = 1_000_000;

/// Refuses a count of zero and one above `most`, by the name under which it is given.
///
/// # Errors
///
/// Such a count.
pub fn require_count(name: &str, count: usize, most: usize) -> Result<(), StudyError> {
    match count {
        0 => Err(StudyError::setting(format!("{name} is 0: give at least 1"))),
        count if count > most => Err(StudyError::setting(format!(
            "{name} is {count}: give at most {most}"
        ))),
        _ => Ok(()),
    }
}
