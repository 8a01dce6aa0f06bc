//! The runs of a sweep, one after the other, beside any number of other processes.

use std::thread::sleep;
use std::time::Duration;

use super::attempt::{Outcome, Retries, attempt};
use super::collect::{Collected, collect};
use super::failure::FailureRecord;
use super::folder::SweepFolder;
use super::plan::Plan;
use super::point::Point;
use super::shard::Shard;
use super::spec::Spec;
use crate::error::StudyError;
use crate::observer::{Event, Observer};

/// Between two looks at runs that others are at work on.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Which runs of a sweep are carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepOptions {
    /// Only those of this part; all if absent.
    pub shard: Option<Shard>,
    /// Whether what failed before is run again.
    pub retry_failed: bool,
    /// Whether to end without waiting for runs that other processes are at work on.
    pub no_wait: bool,
}

/// What came of the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepOutcome {
    /// The runs of the shard, or all.
    pub runs: usize,
    /// Those of them that failed, now or before.
    pub failures: Vec<FailureRecord>,
    /// The table of the whole sweep as it is now.
    pub collected: Collected,
}

/// Carries out every run that is chosen, and writes the table of what there is then.
///
/// # Errors
///
/// A folder that holds something else, or a sweep that is not this one grown, which is left as it is; and files that
/// cannot be written. What a run fails of is no error of the sweep.
pub fn carry_out(
    folder: &SweepFolder,
    spec: &Spec,
    options: &SweepOptions,
    observer: &dyn Observer,
) -> Result<SweepOutcome, StudyError> {
    Plan::settle(folder, spec, observer)?;
    let chosen = chosen(&spec.points, options.shard);
    let (runs, all) = (chosen.len(), spec.points.len());
    observer.event(Event::Note(&format!(
        "sweep folder {}: {runs} of {all} runs are this process'",
        folder.root().display()
    )));
    let retries = if options.retry_failed {
        Retries::of(folder, chosen.iter().map(|&(_, point)| point))?
    } else {
        Retries::default()
    };
    let failures = go_through(folder, chosen, all, &retries, !options.no_wait, observer)?;
    Ok(SweepOutcome {
        runs,
        failures,
        collected: collect(folder, false, observer)?,
    })
}

/// The runs of a shard with their places in the spec's order, or all.
pub fn chosen(points: &[Point], shard: Option<Shard>) -> Vec<(usize, &Point)> {
    points
        .iter()
        .enumerate()
        .filter(|&(place, _)| shard.is_none_or(|shard| shard.has(place)))
        .collect()
}

/// Goes through the runs until none is left but, unless `wait`, those of other processes; gives what failed.
///
/// A run that another process holds is come back to, since that process may be killed.
fn go_through<'a>(
    folder: &SweepFolder,
    mut left: Vec<(usize, &'a Point)>,
    all: usize,
    retries: &Retries,
    wait: bool,
    observer: &dyn Observer,
) -> Result<Vec<FailureRecord>, StudyError> {
    let mut failures = Vec::new();
    let mut pause = SHORTEST_PAUSE;
    let mut told = 0;
    loop {
        let mut busy: Vec<(usize, &'a Point)> = Vec::new();
        let before = left.len();
        for (place, point) in left {
            if observer.interrupted() {
                return Ok(failures);
            }
            let begins = || observer.event(Event::RunStarted(place + 1, all, &point.name));
            match attempt(folder, point, retries, observer, begins)? {
                Outcome::Done => {}
                Outcome::Failed(record) => {
                    observer.event(Event::RunFailed(&record.run, &record.sentence));
                    failures.push(record);
                }
                Outcome::Busy => busy.push((place, point)),
            }
        }
        if busy.is_empty() || !wait {
            return Ok(failures);
        }
        if busy.len() == before {
            if told != before {
                observer.event(Event::Note(&format!(
                    "waiting for {before} runs that other processes are at work on"
                )));
                told = before;
            }
            sleep(pause);
            pause = (2 * pause).min(LONGEST_PAUSE);
        } else {
            pause = SHORTEST_PAUSE;
        }
        left = busy;
    }
}
