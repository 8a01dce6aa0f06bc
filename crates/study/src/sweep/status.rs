//! `hesscope sweep status`: how far a sweep is.

use super::estimate::{Estimate, estimate};
use super::failures::FailureRecord;
use super::finished::Finished;
use super::folder::SweepFolder;
use super::options::FolderOptions;
use super::plan::Plan;
use super::points::Point;
use super::worker::Worker;
use crate::failure::Failure;

/// How a run stands.
pub enum State {
    Done(Finished),
    /// By whom, where that is known.
    Running(Option<Worker>),
    Failed(FailureRecord),
    Left,
}

/// How a run stands now.
fn state(folder: &SweepFolder, point: &Point) -> Result<State, Failure> {
    if let Some(finished) = Finished::read(folder, point)? {
        return Ok(State::Done(finished));
    }
    if let Some(worker) = Worker::at_work(folder, &point.name) {
        return Ok(State::Running(worker));
    }
    Ok(FailureRecord::read(folder, point)?.map_or(State::Left, State::Failed))
}

/// Prints how many runs are done, at work, failed and left, and the time left.
pub fn run(options: &FolderOptions) -> Result<(), Failure> {
    let (folder, plan) = Plan::find(&options.sweep)?;
    let states = plan
        .runs
        .iter()
        .map(|point| Ok((point, state(&folder, point)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let count = |is: fn(&State) -> bool| states.iter().filter(|(_, state)| is(state)).count();
    let running = count(|state| matches!(state, State::Running(_)));
    println!("sweep {}: {} runs", folder.root().display(), states.len());
    println!(
        "done     {}",
        count(|state| matches!(state, State::Done(_)))
    );
    println!("running  {running}");
    for (point, state) in &states {
        if let State::Running(worker) = state {
            println!("  {}: {}", point.name, by(worker.as_ref()));
        }
    }
    println!(
        "failed   {}",
        count(|state| matches!(state, State::Failed(_)))
    );
    for (point, state) in &states {
        if let State::Failed(record) = state {
            let times = match record.times {
                1 => String::new(),
                times => format!(" ({times} times)"),
            };
            println!("  {}{times}: {}", point.name, record.sentence);
        }
    }
    println!("left     {}", count(|state| matches!(state, State::Left)));
    println!("{}", in_words(&estimate(&states)?, running.max(1)));
    Ok(())
}

fn by(worker: Option<&Worker>) -> String {
    let Some(worker) = worker else {
        return "by a process that has not said which".into();
    };
    let host = worker
        .host
        .as_ref()
        .map_or(String::new(), |host| format!(" on {host}"));
    format!(
        "by process {}{host}, for {}",
        worker.process,
        duration(worker.duration().as_secs_f64())
    )
}

/// The time left for so many processes.
fn in_words(estimate: &Estimate, processes: usize) -> String {
    let Estimate {
        seconds,
        range,
        runs,
        unknown,
        done,
    } = estimate;
    if *runs == 0 && *unknown == 0 {
        return "nothing is left".into();
    }
    let beside = match unknown {
        0 => String::new(),
        unknown => format!(
            "; {unknown} runs are of a data set and network of which none is done, and not counted"
        ),
    };
    if *runs == 0 {
        return format!("time left: not known{beside}");
    }
    let share = |seconds: f64| duration(seconds / processes as f64);
    let range = range.map_or_else(
        || "no range, since no data set and network has two runs done".into(),
        |[least, most]| {
            format!(
                "{} to {} if they vary as those done",
                share(seconds * least),
                share(seconds * most)
            )
        },
    );
    let with = if processes == 1 {
        "one process".into()
    } else {
        format!("{processes} processes")
    };
    format!(
        "time left: about {} with {with} ({range}), for {runs} runs, by seconds an example and epoch, and an example and \
         analysis, of the {done} done{beside}",
        share(*seconds)
    )
}

/// A time, coarsely.
fn duration(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds.div_ceil(60)),
        7200..172_800 => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} days {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_coarsely() {
        for (seconds, words) in [
            (0.0, "0 s"),
            (119.0, "119 s"),
            (120.0, "2 min"),
            (7199.0, "120 min"),
            (7260.0, "2 h 01 min"),
            (200_000.0, "2 days 7 h"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }

    #[test]
    fn what_is_not_known_is_said() {
        let none = Estimate {
            seconds: 0.0,
            range: None,
            runs: 0,
            unknown: 0,
            done: 24,
        };
        assert_eq!(in_words(&none, 1), "nothing is left");
        let unknown = Estimate { unknown: 5, ..none };
        let said = in_words(&unknown, 1);
        assert!(said.starts_with("time left: not known; 5 runs"), "{said}");
        let some = Estimate {
            seconds: 1200.0,
            range: Some([0.5, 2.0]),
            runs: 4,
            unknown: 1,
            done: 9,
        };
        let said = in_words(&some, 2);
        assert!(
            said.contains("about 10 min with 2 processes (5 min to 20 min")
                && said.contains("; 1 runs"),
            "{said}"
        );
    }
}
