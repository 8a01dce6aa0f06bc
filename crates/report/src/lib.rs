//! The files a run leaves behind: figures and a self-contained HTML report.
//!
//! [`write_report`] turns a [`RunSummary`] into `figures/*.svg`, `figures/*.png` and `report.html`. Every picture is drawn
//! once as SVG; the PNG is that SVG, rasterised with an embedded font, so the result does not depend on the machine.
#![forbid(unsafe_code)]

mod arrays;
mod check;
mod dynamics;
mod error;
mod escape;
mod figures;
mod files;
mod groups;
mod html;
mod json;
mod leaf;
mod means;
mod numbers;
mod run;
mod script;
mod spectra;
mod svg;
mod sweep;
mod wording;

pub use arrays::{NamedArray, Values, analysis_arrays};
pub use dynamics::write_dynamics;
pub use error::ReportError;
pub use leaf::FigureFiles;
pub use means::{MeansFigure, write_means_figure};
pub use run::{ReportFiles, RunSummary, write_report};
pub use spectra::{SpectraColumn, SpectraFigure, write_spectra_figure};
pub use sweep::{SweepCurve, SweepEntry, SweepFailure, SweepSummary, write_sweep_page};
