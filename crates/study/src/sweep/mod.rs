//! Sweeps: a grid of runs in one folder, carried out by any number of processes, and one table of their analyses.
//!
//! A sweep's folder holds
//!
//! - `plan.json`, every run with its resolved settings, and `sweep.toml`, the spec that it was made of;
//! - `runs/NAME/`, the folders of the runs, each as `hesscope run` leaves it, with `sweep.json` once it is finished;
//! - `failures/NAME.json`, what a run failed of;
//! - `sweep.csv` and `sweep.parquet`, the table, and `sweep.html`, its page, once nothing is left or where it is asked for;
//!   `sweep.files.json`, their checksums.
//!
//! Whoever holds the lock of a run's folder may write there; whoever holds `sweep.lock` may write the rest. The system
//! drops both with the process, so that a killed process holds nothing. Every JSON file is sealed and names the run it is
//! of: one that is damaged, or another run's, counts as missing.

mod attempt;
mod carry_out;
mod check;
mod collect;
mod columns;
mod estimate;
mod failure;
mod finished;
mod folder;
mod grid;
mod grid_check;
mod page;
mod plan;
mod point;
mod row;
mod shard;
mod spec;
mod spec_file;
mod standing;
mod status;
mod table;
mod words;
mod worker;

pub use carry_out::{SweepOptions, SweepOutcome, carry_out};
pub use collect::{Collected, collect};
pub use estimate::Estimate;
pub use failure::FailureRecord;
pub use finished::Finished;
pub use folder::SweepFolder;
pub(crate) use folder::{PLAN, RUNS};
pub use plan::Plan;
pub use point::Point;
pub use shard::{Shard, UnknownShard};
pub use spec::Spec;
pub use standing::Standing;
pub use status::{Status, status};
pub use worker::Worker;
