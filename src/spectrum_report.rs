//! The report of measured spectra.

use std::path::Path;

use hesscope_report::{NamedSpectrum, ReportFiles, write_spectrum_report};

use crate::error::Error;
use crate::model_spectrum::ModelSpectrum;

impl ModelSpectrum {
    /// Writes `spectrum.html` and the figure of the density as SVG and PNG into `dir`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// Files that cannot be written.
    pub fn write_report(&self, dir: impl AsRef<Path>) -> Result<ReportFiles, Error> {
        write_report(&format!("The spectrum of {}", self.operator), &[self], dir)
    }
}

/// Writes one report of several spectra, beside each other on one axis, into `dir`, which is made if it is not there.
///
/// # Errors
///
/// Files that cannot be written.
pub fn write_report(
    title: &str,
    spectra: &[&ModelSpectrum],
    dir: impl AsRef<Path>,
) -> Result<ReportFiles, Error> {
    let named: Vec<NamedSpectrum> = spectra
        .iter()
        .map(|found| {
            NamedSpectrum::of(found.operator, &found.spectrum).beside_classes(found.classes)
        })
        .collect();
    Ok(write_spectrum_report(title, &named, dir.as_ref())?)
}
