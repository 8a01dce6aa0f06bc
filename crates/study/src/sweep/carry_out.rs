//! The runs of a sweep, one after the other, beside any number of other processes.

use std::thread::sleep;
use std::time::Duration;

use super::attempt::{Outcome, Retries, attempt};
use super::collect;
use super::failures::FailureRecord;
use super::folder::SweepFolder;
use super::options::SweepOptions;
use super::plan::Plan;
use super::points::Point;
use super::shard::Shard;
use super::spec::Spec;
use crate::failure::Failure;

/// Between two looks at runs that others are at work on.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Carries out every run that is chosen, and writes the table of what there is then.
pub fn run(options: &SweepOptions) -> Result<(), Failure> {
    let spec = Spec::read(&options.spec)?;
    let folder = SweepFolder::of(&options.spec, options.out.as_deref());
    Plan::settle(&folder, &spec)?;
    let chosen = chosen(&spec.points, options.shard);
    eprintln!(
        "sweep folder {}: {} of {} runs are this process'",
        folder.root().display(),
        chosen.len(),
        spec.points.len()
    );
    let points: Vec<&Point> = chosen.iter().map(|&(_, point)| point).collect();
    let retries = if options.retry_failed {
        Retries::of(&folder, &points)?
    } else {
        Retries::default()
    };
    let failures = carry_out(
        &folder,
        chosen,
        spec.points.len(),
        &retries,
        !options.no_wait,
    )?;
    collect::write(&folder, false)?.print();
    verdict(&failures, points.len())
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
fn carry_out<'a>(
    folder: &SweepFolder,
    mut left: Vec<(usize, &'a Point)>,
    all: usize,
    retries: &Retries,
    wait: bool,
) -> Result<Vec<FailureRecord>, Failure> {
    let mut failures = Vec::new();
    let mut pause = SHORTEST_PAUSE;
    let mut told = 0;
    loop {
        let mut busy: Vec<(usize, &'a Point)> = Vec::new();
        let before = left.len();
        for (place, point) in left {
            let begins = || eprintln!("run {} of {all}: {}", place + 1, point.name);
            match attempt(folder, point, retries, begins)? {
                Outcome::Done => {}
                Outcome::Failed(record) => {
                    eprintln!("failed: {}: {}", record.run, record.sentence);
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
                eprintln!("waiting for {before} runs that other processes are at work on");
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

/// A sweep with failed runs is no success.
fn verdict(failures: &[FailureRecord], runs: usize) -> Result<(), Failure> {
    if failures.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = failures.iter().map(|record| record.run.as_str()).collect();
    Err(Failure::negative(format!(
        "{} of {runs} runs failed ({}): correct what is said of them above, then start again with --retry-failed",
        failures.len(),
        names.join(", ")
    )))
}
