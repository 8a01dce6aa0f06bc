//! What is measured of one checkpoint over one split, opened once; every result is found in the run's folder or made.

mod analyses;
mod class_mean_scores;
mod class_mean_spectra;
mod class_means;
mod classes;
mod device_check;
mod eigenvalues;
mod energy;
mod finite;
mod log_law;
mod measurements;
mod opened;
mod overlaps;
mod problem_of;
mod snapshots;
mod spectrum;
mod spread;
mod subspace;
mod trace;

pub use analyses::analyse_run;
pub use class_mean_spectra::{ClassMeanSpectra, class_mean_spectra};
pub use class_means::class_means;
pub use classes::classes_with_examples;
pub use eigenvalues::{EigenvalueRequest, eigenvalues};
pub use energy::bulk_energy;
pub use log_law::{forget_law, law_effort, log_laws};
pub use opened::{KeepVectors, Opened};
pub use overlaps::{OverlapRequest, overlaps};
pub(crate) use problem_of::problem_of;
pub(crate) use snapshots::forget as forget_snapshots;
pub(crate) use spectrum::settings as analysis_settings;
pub use spectrum::{effort, spectrum};
pub use subspace::{Subspace, class_mean_subspace, outlier_subspace, overlap};
pub use trace::{TraceMethod, TraceRequest, trace};
