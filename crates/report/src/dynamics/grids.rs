//! The grid of densities of each operator.

use hesscope_records::{Analysis, Dynamics, Terms};
use hesscope_spectral::SpectralError;

use super::cells::{cell, file_name};
use crate::figures::Figure;
use crate::figures::grid::{self, Axes, Cell, Grid, Row};
use crate::named_spectrum::NamedSpectrum;
use crate::text::names::{operator_name, size_name, split_name};
use crate::text::numbers::accuracy;
use crate::text::outliers::verdict;

/// The grid of an operator at a place among the operators: rows are sample sizes, columns are epochs.
pub(super) fn figure(
    dynamics: &Dynamics,
    analyses: &[Analysis],
    place: usize,
    operator: Terms,
) -> Result<Figure, SpectralError> {
    let settings = &dynamics.settings;
    let name = operator_name(operator);
    let each = settings.operators.len();
    let panel = |size: &str, epoch: usize| {
        let (i, found) = cell(dynamics, size, epoch)?;
        let analysis = analyses.get(i * each + place)?;
        Some(Cell {
            spectrum: NamedSpectrum::of_analysis(&name, analysis),
            notes: vec![
                verdict(&analysis.spectrum.outliers),
                format!("accuracy {} %", accuracy(found.accuracy, 3)),
            ],
        })
    };
    let epochs = || settings.epochs.iter();
    let row = |(size, _): &(String, String)| Row {
        title: size_name(size),
        cells: epochs().map(|&epoch| panel(size, epoch)).collect(),
    };
    let drawn = grid::figure(&Grid {
        name: format!("dynamics-{}", file_name(operator)),
        title: format!(
            "{name} over the {} split, along training and sample size",
            split_name(settings.split)
        ),
        caption: "Rows are sample sizes, columns are epochs.".to_owned(),
        columns: epochs().map(|epoch| format!("epoch {epoch}")).collect(),
        rows: settings.sizes.iter().map(row).collect(),
        axes: Axes::Common,
        others: Vec::new(),
    })?;
    // The page has no script that would read them.
    Ok(Figure {
        readings: None,
        ..drawn
    })
}
