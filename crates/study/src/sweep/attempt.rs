//! One run of a sweep: claimed, carried out, and its end recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failure::FailureRecord;
use super::finished::Finished;
use super::folder::SweepFolder;
use super::point::Point;
use super::worker::Worker;
use crate::error::StudyError;
use crate::measure::analyse_run;
use crate::observer::{Event, Observer};
use crate::run::{Run, RunFolder, write_run_report};

/// How a run stands after an attempt at it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is finished, now or before.
    Done,
    /// It failed, now or before.
    Failed(FailureRecord),
    /// Another process is at work on it.
    Busy,
}

/// The failures that are to be tried again: those recorded before this process began, and not those that another process
/// has since had at trying again.
#[derive(Debug, Default)]
pub struct Retries(Vec<FailureRecord>);

impl Retries {
    /// Those of these runs that there are now.
    pub fn of<'a>(
        folder: &SweepFolder,
        points: impl IntoIterator<Item = &'a Point>,
    ) -> Result<Self, StudyError> {
        let mut records = Vec::new();
        for point in points {
            records.extend(FailureRecord::read(folder, point)?);
        }
        Ok(Retries(records))
    }
}

/// Carries a run out, unless it is finished, failed or another process' already.
///
/// Bad data, a diverged loss and the like are the run's failure, which is recorded; only where that cannot be written, where
/// the disk is full, which is no fault of the run, or where the process is told to end, does the attempt itself fail.
pub fn attempt(
    folder: &SweepFolder,
    point: &Point,
    retries: &Retries,
    observer: &dyn Observer,
    begins: impl FnOnce(),
) -> Result<Outcome, StudyError> {
    if let Some(outcome) = ended(folder, point, retries, &())? {
        return Ok(outcome);
    }
    let fail = |error: StudyError| {
        Ok(Outcome::Failed(FailureRecord::write(
            folder,
            point,
            &error.to_string(),
        )?))
    };
    let run = match RunFolder::claim(&folder.run(&point.name)) {
        Ok(Some(run)) => run,
        Ok(None) => return Ok(Outcome::Busy),
        Err(error) if error.is_of_the_disk() => return Err(error),
        Err(error) => return fail(error),
    };
    // Another process may have ended it in the meantime.
    if let Some(outcome) = ended(folder, point, retries, observer)? {
        return Ok(outcome);
    }
    begins();
    // A fault of the program in one run must not keep it from the others.
    let ended = catch_unwind(AssertUnwindSafe(|| carry_out(&run, point, observer)))
        .unwrap_or_else(|fault| Err(fault_in_words(fault.as_ref())));
    Worker::leave(&run);
    match ended {
        Ok(finished) => {
            // The mark comes last: after a kill before it the run is gone on with, after it nothing is left to do.
            FailureRecord::forget(folder, point)?;
            finished.write(&run)?;
            Ok(Outcome::Done)
        }
        Err(error) if observer.interrupted() || error.is_of_the_disk() => Err(error),
        Err(error) => fail(error),
    }
}

/// How a run ended that is not to be carried out again. One whose mark or analyses are not as they were written is.
fn ended(
    folder: &SweepFolder,
    point: &Point,
    Retries(retries): &Retries,
    observer: &dyn Observer,
) -> Result<Option<Outcome>, StudyError> {
    let wrong = match Finished::read(folder, point) {
        Ok(None) => None,
        Ok(Some(mark)) => match mark.analyses(folder, point) {
            Ok(_) => return Ok(Some(Outcome::Done)),
            Err(error) => Some(error.to_string()),
        },
        Err(reason) => Some(reason),
    };
    if let Some(reason) = wrong {
        observer.event(Event::Note(&format!(
            "{} is gone on with, to make again what is wrong: {reason}",
            point.name
        )));
    }
    let failed = FailureRecord::read(folder, point)?;
    Ok(failed
        .filter(|record| !retries.contains(record))
        .map(Outcome::Failed))
}

/// What `hesscope run` does; gives the mark that it is done.
fn carry_out(
    folder: &RunFolder,
    point: &Point,
    observer: &dyn Observer,
) -> Result<Finished, StudyError> {
    let run = Run::within(folder.clone(), point.settings.clone(), observer)?;
    // Only now is the folder known to be a run's, whatever is killed.
    Worker::sign(folder, point)?;
    let analyses = analyse_run(&run, observer)?;
    write_run_report(folder, folder.root(), &[])?;
    Finished::of(folder, point, &analyses)
}

fn fault_in_words(fault: &(dyn std::any::Any + Send)) -> StudyError {
    let message = fault
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| fault.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    StudyError::Fault(format!(
        "a fault of the program itself ended the run ({}): please report it with the run's run.toml",
        message.replace('\n', " ")
    ))
}
