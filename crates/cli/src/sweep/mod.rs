//! `hesscope sweep`: a grid of runs in one folder, made by any number of processes, and one table of their analyses.
//!
//! A sweep's folder holds
//!
//! - `sweep.toml`, the spec as it was given, and `plan.json`, every run of it with its resolved settings;
//! - `runs/NAME/`, the folders of the runs, each as `hesscope run` leaves it, with `sweep.json` once it is finished;
//! - `failures/NAME.json`, what a run failed of;
//! - `sweep.csv` and `sweep.parquet`, the table, and `sweep.html`, its page, once nothing is left or where it is asked for.
//!
//! Who holds the lock of a run's folder may write there and the run's failure; who holds that of `sweep.lock` may write the
//! rest. The system drops both with the process, so that a killed process holds nothing.

mod attempt;
mod collect;
mod dry_run;
mod estimate;
mod failures;
mod finished;
mod folder;
mod many;
mod options;
mod page;
mod parquet;
mod plan;
mod points;
mod row;
mod shard;
mod spec;
mod status;
mod work;
mod worker;

pub use options::SweepArgs;

use crate::failure::Failure;
use options::{SweepCommand, SweepOptions};

/// `hesscope sweep`, in whichever form.
pub fn run(args: SweepArgs) -> Result<(), Failure> {
    match (args.command, args.run) {
        (Some(SweepCommand::Run(options)), _) | (None, Some(options)) => start(&options),
        (Some(SweepCommand::Status(options)), _) => status::run(&options),
        (Some(SweepCommand::Collect(options)), _) => collect::run(&options),
        (None, None) => Err(Failure::new(
            "no spec is given: name one, as in `hesscope sweep SPEC.toml`",
        )),
    }
}

fn start(options: &SweepOptions) -> Result<(), Failure> {
    if options.dry_run {
        dry_run::run(options)
    } else {
        work::run(options)
    }
}
