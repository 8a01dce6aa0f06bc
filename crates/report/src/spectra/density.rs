//! The densities of several spectra, panels one above another on one axis.

use hesscope_spectral::SpectralError;

use crate::figures::grid::{Axes, Cell, Grid, Row, figure};
use crate::figures::{Figure, View};
use crate::named_spectrum::NamedSpectrum;
use crate::text::outliers::verdict;

/// The figure; values can be read off it.
pub(crate) fn density_figure(
    name: String,
    title: String,
    spectra: &[NamedSpectrum<'_>],
) -> Result<Figure, SpectralError> {
    let mut rows = Vec::new();
    for named in spectra {
        let classes = named.classes.map(|classes| format!("; C = {classes}"));
        let counts = verdict(&named.spectrum.outliers);
        rows.push(Row {
            title: format!("{}: {counts}{}", named.name, classes.unwrap_or_default()),
            cells: vec![Some(Cell {
                spectrum: named.clone(),
                notes: Vec::new(),
            })],
        });
    }
    figure(&Grid {
        name,
        title,
        caption: String::new(),
        columns: vec![String::new()],
        rows,
        axes: Axes::Common,
        others: vec![View::SemiLogarithmic, View::Linear],
    })
}
