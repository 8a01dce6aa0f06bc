//! Figures and self-contained HTML pages of what hesscope measures, and its results as [`plain`] text.
//!
//! [`write_report`] turns a [`RunSummary`] into `figures/*.svg`, `figures/*.png` and `report.html`;
//! [`write_spectrum_report`] does the same of any spectra, without a run. Every picture is drawn once as SVG; the PNG is that
//! SVG, rasterised with an embedded font, so the result does not depend on the machine.
#![forbid(unsafe_code)]

mod arrays;
mod check;
mod compare;
mod dynamics;
mod error;
mod figures;
mod findings;
mod html;
mod json;
mod means;
mod named_spectrum;
mod output;
pub mod plain;
mod results;
mod run;
mod shares;
mod spectra;
mod splits;
mod svg;
mod sweep;
mod text;

pub use arrays::{NamedArray, Values, analysis_arrays};
pub use compare::write_comparison;
pub use dynamics::write_dynamics;
pub use error::ReportError;
pub use figures::{UnknownView, View};
pub use means::{MeansFigure, write_means_figure};
pub use named_spectrum::NamedSpectrum;
pub use output::{FigureFiles, ReportFiles};
pub use results::{ResultsColumn, write_results};
pub use run::{RunSummary, write_report};
pub use spectra::write_spectrum_report;
pub use splits::{SpectraColumn, SpectraFigure, write_spectra_figure};
pub use sweep::{SweepEntry, SweepFailure, SweepSummary, write_sweep_page};
