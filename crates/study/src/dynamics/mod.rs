//! The spectra of operators over epochs and sample sizes: a run per sample size, and what changes over the grid.

mod cell;
mod folder;
mod grid;
mod transition;

pub(crate) use folder::{FILE, RUNS};
pub use grid::{DynamicsFiles, DynamicsRequest, dynamics};
pub use transition::words;
