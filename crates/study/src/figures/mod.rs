//! The figures of the papers, of runs that are given or trained at a scale.

mod files;
mod means;
mod runs;
mod scale;
mod spectra;

pub(crate) use files::has_figure;
pub use means::{MeansDrawn, draw_means};
pub use runs::{FigureRequest, FigureRuns, ScaleRuns};
pub use scale::{Scale, UnknownScale};
pub use spectra::{SpectraDrawn, draw_spectra};
