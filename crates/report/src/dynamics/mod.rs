//! Spectra over epochs and sample sizes: figures and a page.

mod cells;
mod grids;
mod outcome;
mod page;
mod tracks;
mod write;

pub(crate) use outcome::outcome_words;
pub use write::write_dynamics;
