//! What pages say of spectra, whatever they are of.

mod density;
mod laws;
mod outliers;
mod report;
mod tables;

pub(crate) use density::density_figure;
pub(crate) use outliers::{counts, outliers, rule};
pub use report::write_spectrum_report;
pub(crate) use tables::details_of_spectra;
