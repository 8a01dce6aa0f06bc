//! The report of one's own spectra.

use std::path::Path;

use maud::html;

use super::density::density_figure;
use super::outliers::{counts, rule};
use super::tables::details_of_spectra;
use crate::check::fault;
use crate::error::ReportError;
use crate::html::markup::{details, figure, lead, paragraph};
use crate::html::{Page, reading_script};
use crate::named_spectrum::NamedSpectrum;
use crate::output::{ReportFiles, write_report_files};
use crate::text::numbers::integer;

/// Writes the density of spectra as `figures/density.svg` and `.png`, and `spectrum.html` with their outliers, laws, moments
/// and leading eigenvalues, into `dir`, which is made if it is not there.
///
/// The page is one file that asks for nothing. Each file is whole or absent at every moment.
///
/// # Errors
///
/// [`ReportError::Spectrum`] where one does not describe a spectrum, before anything is written; [`ReportError::Folder`],
/// [`ReportError::Write`] or [`ReportError::Raster`] where a file cannot be made.
pub fn write_spectrum_report(
    title: &str,
    spectra: &[NamedSpectrum<'_>],
    dir: &Path,
) -> Result<ReportFiles, ReportError> {
    let refused = |named: &NamedSpectrum<'_>, reason: String| ReportError::Spectrum {
        name: named.name.clone(),
        reason,
    };
    for named in spectra {
        if let Some(reason) = fault(named.spectrum) {
            return Err(refused(named, reason));
        }
    }
    let density = match spectra.first() {
        None => None,
        Some(first) => Some(
            density_figure("density".to_owned(), title.to_owned(), spectra)
                .map_err(|error| refused(first, error.to_string()))?,
        ),
    };
    let main = html! {
        @if let Some(density) = &density {
            (counts(spectra, None))
            (figure(density, "figures/"))
            (lead(&orders(spectra)))
            (details_of_spectra(spectra))
            (details("The rule of the counts", false, rule()))
        } @else {
            (paragraph("There is no spectrum."))
        }
    };
    let page = Page {
        device: None,
        script: density.is_some().then(reading_script),
        ..Page::new(title, env!("CARGO_PKG_VERSION"), "", main)
    };
    write_report_files(dir, "spectrum.html", &page.html(), &density, &[])
}

/// What the spectra are of.
fn orders(spectra: &[NamedSpectrum<'_>]) -> String {
    let order = |named: &NamedSpectrum<'_>| {
        let order = integer(named.spectrum.dimension);
        let classes = named.classes.map(|classes| format!(", C = {classes}"));
        format!(
            "{}: p = {order}{}.",
            named.name,
            classes.unwrap_or_default()
        )
    };
    spectra.iter().map(order).collect::<Vec<_>>().join(" ")
}
