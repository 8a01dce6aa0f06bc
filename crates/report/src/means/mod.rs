//! The class means: pictures of those of a run, the figure of several runs, and what is said of them.

mod check;
mod figure;
mod points;
mod run_figures;
mod section;
mod words;

pub(crate) use check::check;
pub use figure::{MeansFigure, write_means_figure};
pub(crate) use run_figures::figures_of_run;
pub(crate) use section::section;
