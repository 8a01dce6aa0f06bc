//! `hesscope sweep`: a grid of runs in one folder, made by any number of processes, and one table of their analyses.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use hesscope_files::nearest;
use hesscope_study::sweep::{
    Collected, Estimate, Plan, Point, Shard, Spec, Standing, Status, SweepFolder, Worker,
    carry_out, chosen, collect, status,
};

use crate::failure::Failure;
use crate::output::{Terminal, tell};

/// What to do with which sweep.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct SweepArgs {
    #[command(subcommand)]
    command: Option<SweepCommand>,
    #[command(flatten)]
    run: Option<SweepOptions>,
}

/// What to do with a sweep other than to run it.
#[derive(Debug, Subcommand)]
enum SweepCommand {
    /// Run what is left of a sweep; the same as without `run`
    Run(SweepOptions),
    /// Say which runs are done, at work, failed and left, and about how long it will take
    Status(FolderOptions),
    /// Write the table and its page from the runs that are done
    Collect(FolderOptions),
}

/// Which part of which sweep to run, and how.
#[derive(Debug, Args)]
struct SweepOptions {
    /// Spec of the sweep: the grid, and the settings all runs share
    #[arg(required = true, value_name = "SPEC.toml")]
    spec: PathBuf,
    /// Folder of the sweep, which several processes may work in at once [default: sweeps/NAME of NAME.toml]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only the I-th, I+N-th, I+2N-th … run, as one job of an array of N does
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Also run again what failed before this start
    #[arg(long)]
    retry_failed: bool,
    /// End without waiting for runs that other processes are at work on
    #[arg(long)]
    no_wait: bool,
    /// List the runs in their order, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which sweep.
#[derive(Debug, Args)]
struct FolderOptions {
    /// Folder of the sweep, or the spec whose default folder is meant
    #[arg(value_name = "DIR|SPEC.toml")]
    sweep: PathBuf,
}

/// `hesscope sweep`, in whichever form.
pub fn run(args: SweepArgs) -> Result<(), Failure> {
    let terminal = Terminal::new();
    match (args.command, args.run) {
        (Some(SweepCommand::Run(options)), _) | (None, Some(options)) => {
            let spec = read(&options.spec)?;
            if options.dry_run {
                terminal.print(listed(&spec, options.shard));
                return Ok(());
            }
            start(&options, &spec, &terminal)
        }
        (Some(SweepCommand::Status(options)), _) => {
            let (folder, plan) = Plan::find(&options.sweep)?;
            terminal.print(in_words(&folder, &status(&folder, plan)?));
            Ok(())
        }
        (Some(SweepCommand::Collect(options)), _) => {
            let (folder, _) = Plan::find(&options.sweep)?;
            show(&collect(&folder, true, &terminal)?, &terminal);
            Ok(())
        }
        (None, None) => Err(Failure::new(
            "no spec is given: name one, as in `hesscope sweep SPEC.toml`",
        )),
    }
}

/// Reads a spec. A word that is no file may be a slip in the name of a command.
fn read(path: &Path) -> Result<Spec, Failure> {
    let word = path.to_str().unwrap_or_default();
    match nearest(word, ["run", "status", "collect"]) {
        Some(meant) if path.extension().is_none() && !path.exists() => Err(Failure::new(format!(
            "there is no spec {word}: did you mean `hesscope sweep {meant}`?"
        ))),
        _ => Ok(Spec::read(path)?),
    }
}

/// Carries out what is chosen. A sweep with failed runs is no success.
fn start(options: &SweepOptions, spec: &Spec, terminal: &Terminal) -> Result<(), Failure> {
    let folder = SweepFolder::of(&options.spec, options.out.as_deref());
    let how = hesscope_study::sweep::SweepOptions {
        shard: options.shard,
        retry_failed: options.retry_failed,
        no_wait: options.no_wait,
    };
    let outcome = carry_out(&folder, spec, &how, terminal)?;
    show(&outcome.collected, terminal);
    if outcome.failures.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = outcome
        .failures
        .iter()
        .map(|record| record.run.as_str())
        .collect();
    Err(Failure::negative(format!(
        "{} of {} runs failed ({}): correct what is said of them above, then start again with --retry-failed",
        names.len(),
        outcome.runs,
        names.join(", ")
    )))
}

/// What there is on standard error, where the table lies on standard output.
fn show(collected: &Collected, terminal: &Terminal) {
    let Collected {
        rows,
        runs,
        done,
        failed,
        files,
    } = collected;
    tell(format_args!(
        "{done} of {runs} runs are done, {failed} failed, {} are left; the table has {rows} rows",
        runs - done - failed
    ));
    for file in files {
        terminal.print(file.display());
    }
}

/// The runs in their order, and their number.
fn listed(spec: &Spec, shard: Option<Shard>) -> String {
    let chosen = chosen(&spec.points, shard);
    let mut out = String::new();
    for &(place, point) in &chosen {
        out += &format!("{:>5}  {}  {}\n", place + 1, point.name, what(point));
    }
    let analyses: usize = chosen.iter().map(|(_, point)| point.analyses()).sum();
    let of = if chosen.len() == spec.points.len() {
        String::new()
    } else {
        format!(" of {}", spec.points.len())
    };
    out + &format!("{}{of} runs, {analyses} analyses", chosen.len())
}

/// What is done of a run.
fn what(point: &Point) -> String {
    fn listed<T: std::fmt::Display>(values: &[T]) -> String {
        values
            .iter()
            .map(T::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    }
    let settings = &point.settings;
    format!(
        "{} epochs; {} over {} at {}",
        settings.train.epochs,
        listed(&settings.analysis.operators),
        listed(&settings.analysis.splits),
        listed(&settings.analysed_epochs())
    )
}

/// How many runs are done, at work, failed and left, and the time left.
fn in_words(folder: &SweepFolder, status: &Status) -> String {
    let (mut done, mut left) = (0, 0);
    let (mut running, mut failed) = (Vec::new(), Vec::new());
    for (Point { name, .. }, standing) in &status.runs {
        match standing {
            Standing::Done(_) => done += 1,
            Standing::Left => left += 1,
            Standing::Running(worker) => {
                running.push(format!("\n  {name}: {}", by(worker.as_ref())))
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
    format!(
        "sweep {}: {} runs\ndone     {done}\nrunning  {}{}\nfailed   {}{}\nleft     {left}\n{}",
        folder.root().display(),
        status.runs.len(),
        running.len(),
        running.concat(),
        failed.len(),
        failed.concat(),
        time_left(&status.estimate, running.len().max(1))
    )
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
fn time_left(estimate: &Estimate, processes: usize) -> String {
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
        assert_eq!(time_left(&none, 1), "nothing is left");
        let unknown = Estimate { unknown: 5, ..none };
        let said = time_left(&unknown, 1);
        assert!(said.starts_with("time left: not known; 5 runs"), "{said}");
        let some = Estimate {
            seconds: 1200.0,
            range: Some([0.5, 2.0]),
            runs: 4,
            unknown: 1,
            done: 9,
        };
        let said = time_left(&some, 2);
        assert!(
            said.contains("about 10 min with 2 processes (5 min to 20 min")
                && said.contains("; 1 runs"),
            "{said}"
        );
    }
}
