//! How far a sweep is, and which runs it has, in words.

use std::fmt::{self, Display};

use super::carry_out::chosen;
use super::estimate::Estimate;
use super::point::Point;
use super::shard::Shard;
use super::spec::Spec;
use super::standing::Standing;
use super::status::Status;
use super::worker::Worker;
use crate::durations::duration;

impl Spec {
    /// The runs of a shard in their order, or all, a line each, and their number.
    pub fn listing(&self, shard: Option<Shard>) -> String {
        let chosen = chosen(&self.points, shard);
        let mut out = String::new();
        for &(place, point) in &chosen {
            out += &format!("{:>5}  {}  {}\n", place + 1, point.name, what(point));
        }
        let analyses: usize = chosen.iter().map(|(_, point)| point.analyses()).sum();
        let of = if chosen.len() == self.points.len() {
            String::new()
        } else {
            format!(" of {}", self.points.len())
        };
        out + &format!("{}{of} runs, {analyses} analyses", chosen.len())
    }
}

/// What is done of a run.
fn what(point: &Point) -> String {
    let settings = &point.settings;
    format!(
        "{} epochs; {} over {} at {}",
        settings.train.epochs,
        listed(&settings.analysis.operators),
        listed(&settings.analysis.splits),
        listed(&settings.analysed_epochs())
    )
}

fn listed<T: Display>(values: &[T]) -> String {
    let words: Vec<String> = values.iter().map(T::to_string).collect();
    words.join(", ")
}

/// How many runs are done, at work, failed and left, and the time left.
impl Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut done, mut left) = (0, 0);
        let (mut running, mut failed) = (Vec::new(), Vec::new());
        for (Point { name, .. }, standing) in &self.runs {
            match standing {
                Standing::Done(_) => done += 1,
                Standing::Left => left += 1,
                Standing::Running(worker) => {
                    let by = worker.as_ref().map(Worker::to_string);
                    let by = by.unwrap_or_else(|| "a process that has not said which".into());
                    running.push(format!("\n  {name}: by {by}"));
                }
                Standing::Failed(record) => {
                    let times = match record.times {
                        1 => String::new(),
                        times => format!(" ({times} times)"),
                    };
                    failed.push(format!("\n  {name}{times}: {}", record.sentence));
                }
            }
        }
        write!(
            f,
            "{} runs\ndone     {done}\nrunning  {}{}\nfailed   {}{}\nleft     {left}\n{}",
            self.runs.len(),
            running.len(),
            running.concat(),
            failed.len(),
            failed.concat(),
            self.estimate.words(running.len().max(1))
        )
    }
}

/// `process 7 on host, for 12 min`.
impl Display for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.process)?;
        if let Some(host) = &self.host {
            write!(f, " on {host}")?;
        }
        write!(f, ", for {}", duration(self.duration().as_secs_f64()))
    }
}

impl Estimate {
    /// The time left for so many processes, in words.
    pub fn words(&self, processes: usize) -> String {
        let Estimate {
            seconds,
            range,
            runs,
            unknown,
            done,
        } = self;
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
            |factors| {
                let [least, most] = factors.map(|factor| share(seconds * factor));
                format!("{least} to {most} if they vary as those done")
            },
        );
        let with = if processes == 1 {
            "one process".into()
        } else {
            format!("{processes} processes")
        };
        format!(
            "time left: about {} with {with} ({range}), for {runs} runs, by seconds an example and epoch, and an example \
             and analysis, of the {done} done{beside}",
            share(*seconds)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_said() {
        let none = Estimate {
            seconds: 0.0,
            range: None,
            runs: 0,
            unknown: 0,
            done: 24,
        };
        assert_eq!(none.words(1), "nothing is left");
        let unknown = Estimate { unknown: 5, ..none };
        let said = unknown.words(1);
        assert!(said.starts_with("time left: not known; 5 runs"), "{said}");
        let some = Estimate {
            seconds: 1200.0,
            range: Some([0.5, 2.0]),
            runs: 4,
            unknown: 1,
            done: 9,
        };
        let said = some.words(2);
        assert!(
            said.contains("about 10 min with 2 processes (5 min to 20 min")
                && said.contains("; 1 runs"),
            "{said}"
        );
    }
}
