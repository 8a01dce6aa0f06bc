//! The figure of the spectra over the training and the test split, of several runs.

mod figure;
mod given;
mod names;
mod record;

pub use figure::write_spectra_figure;
pub use given::{SpectraColumn, SpectraFigure};
