//! Spectra over epochs and sample sizes: figures and a page.

mod cells;
mod grids;
mod page;
mod tracks;
mod write;

pub use write::write_dynamics;
