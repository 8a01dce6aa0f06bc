//! `sweep.html`: the analyses of many runs in one table, with densities to compare.

mod columns;
mod entry;
mod names;
mod page;
mod write;

pub use entry::{SweepEntry, SweepFailure, SweepSummary};
pub use write::write_sweep_page;
