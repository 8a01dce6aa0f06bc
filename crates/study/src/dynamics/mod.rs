//! The spectra of operators over epochs and sample sizes: a run per sample size, and what changes over the grid.

mod cell;
mod findings;
mod folder;
mod grid;
mod structure;
mod tail;
mod transition;
mod trend;

pub(crate) use folder::{FILE, RUNS};
pub use grid::{DynamicsFiles, DynamicsRequest, dynamics};
