//! The grid of densities of each operator.

use super::tracks::file_name;
use super::{cell, size_name};
use crate::error::ReportError;
use crate::figures::Figure;
use crate::figures::grid::{Axes, Cell, Grid, Row};
use crate::numbers::significant;
use crate::wording::{operator_name, split_name, verdict};
use hesscope_records::{Analysis, Dynamics};

/// The grid of an operator at a place among the operators: rows are sample sizes, columns are epochs.
pub(super) fn figure(
    dynamics: &Dynamics,
    analyses: &[Analysis],
    place: usize,
    operator: &str,
) -> Result<Figure, ReportError> {
    let settings = &dynamics.settings;
    let name = operator_name(operator);
    let each = settings.operators.len();
    let panel = |size: &str, epoch: usize| {
        let (i, found) = cell(dynamics, size, epoch)?;
        let analysis = analyses.get(i * each + place)?;
        Some(Cell {
            curves: vec![(name.clone(), analysis)],
            notes: vec![
                verdict(&analysis.outliers),
                format!("accuracy {} %", significant(100.0 * found.accuracy, 3)),
            ],
        })
    };
    let row = |size: &String| Row {
        title: size_name(size),
        cells: settings
            .epochs
            .iter()
            .map(|&epoch| panel(size, epoch))
            .collect(),
    };
    let grid = Grid {
        name: format!("dynamics-{}", file_name(operator)),
        title: format!(
            "{name} over the {} split, along training and sample size",
            split_name(&settings.split)
        ),
        caption: "Rows are sample sizes, columns are epochs.".to_owned(),
        columns: settings
            .epochs
            .iter()
            .map(|epoch| format!("epoch {epoch}"))
            .collect(),
        rows: settings.sizes.iter().map(|(size, _)| row(size)).collect(),
        axes: Axes::Common,
    };
    grid.figure().map_err(|error| ReportError::Analysis {
        key: dynamics.key.clone(),
        reason: error.to_string(),
    })
}
