//! One run of a sweep: claimed, carried out, and its end recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::failures::FailureRecord;
use super::finished::Finished;
use super::folder::SweepFolder;
use super::points::Point;
use super::row::row;
use super::worker::Worker;
use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::learning_rate::LearningRate;
use crate::pipeline;
use crate::run::Run;
use crate::training::search_record;

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
    pub fn of(folder: &SweepFolder, points: &[&Point]) -> Result<Self, Failure> {
        let mut records = Vec::new();
        for point in points {
            records.extend(FailureRecord::read(folder, point)?);
        }
        Ok(Retries(records))
    }
}

/// Carries a run out, unless it is finished, failed or another process' already.
///
/// Bad data, a diverged loss and the like are the run's failure, which is recorded; only where that cannot be written does
/// the attempt itself fail.
pub fn attempt(
    folder: &SweepFolder,
    point: &Point,
    retries: &Retries,
    begins: impl FnOnce(),
) -> Result<Outcome, Failure> {
    if let Some(outcome) = ended(folder, point, retries)? {
        return Ok(outcome);
    }
    let Some(run) = RunFolder::claim(&folder.run(&point.name))? else {
        return Ok(Outcome::Busy);
    };
    // Another process may have ended it in the meantime.
    if let Some(outcome) = ended(folder, point, retries)? {
        return Ok(outcome);
    }
    Worker::sign(&run)?;
    begins();
    // A fault of the program in one run must not keep it from the others.
    let ended = catch_unwind(AssertUnwindSafe(|| carry_out(&run, point)))
        .unwrap_or_else(|fault| Err(fault_in_words(fault.as_ref())));
    match ended {
        Ok(finished) => {
            // The mark comes last: after a kill before it the run is gone on with, after it nothing is left to do.
            Worker::leave(&run);
            FailureRecord::forget(folder, point)?;
            finished.write(&run)?;
            Ok(Outcome::Done)
        }
        Err(failure) => {
            Worker::leave(&run);
            let record = FailureRecord::write(folder, &run, point, &failure.to_string())?;
            Ok(Outcome::Failed(record))
        }
    }
}

/// How a run ended that is not to be carried out again.
fn ended(
    folder: &SweepFolder,
    point: &Point,
    Retries(retries): &Retries,
) -> Result<Option<Outcome>, Failure> {
    if Finished::read(folder, point)?.is_some() {
        return Ok(Some(Outcome::Done));
    }
    let failed = FailureRecord::read(folder, point)?;
    Ok(failed
        .filter(|record| !retries.contains(record))
        .map(Outcome::Failed))
}

/// What `hesscope run` does; gives the mark that it is done.
fn carry_out(folder: &RunFolder, point: &Point) -> Result<Finished, Failure> {
    let run = Run::within(folder.clone(), point.settings.clone())?;
    let (mut rows, mut seconds) = (Vec::new(), 0.0);
    let mut rate = None;
    pipeline::carry_out(&run, |analysis, name| {
        if rate.is_none() {
            rate = match point.settings.train.learning_rate {
                LearningRate::Fixed(rate) => Some(rate),
                LearningRate::Search(_) => search_record(folder)?.map(|search| search.best),
            };
        }
        rows.push(row(point, rate, analysis, name)?);
        seconds += analysis.seconds;
        Ok(())
    })?;
    pipeline::write(folder)?;
    Finished::of(folder, point, rows, seconds)
}

fn fault_in_words(fault: &(dyn std::any::Any + Send)) -> Failure {
    let message = fault
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| fault.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    Failure::new(format!(
        "a fault of the program itself ended the run ({}): please report it with the run's run.toml",
        message.replace('\n', " ")
    ))
}
