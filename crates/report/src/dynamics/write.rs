//! Writing the files of dynamics.

use std::path::Path;

use hesscope_records::{Analysis, Dynamics};

use super::page::page;
use super::{grids, tracks};
use crate::check::check;
use crate::error::ReportError;
use crate::output::{ReportFiles, write_report_files};

/// Writes `figures/*.svg`, `figures/*.png` and `dynamics.html` into `dir`, which is made if it is not there.
///
/// `analyses` are those of every cell, in the order of cells and, within them, of operators. Each file is whole or absent at
/// every moment. Nothing is written if an analysis does not describe a spectrum.
///
/// # Errors
///
/// When the analyses are not as many as the spectra of the cells, when one does not describe a spectrum, and when a file
/// cannot be written.
pub fn write_dynamics(
    dynamics: &Dynamics,
    analyses: &[Analysis],
    dir: &Path,
) -> Result<ReportFiles, ReportError> {
    let expected: usize = dynamics.cells.iter().map(|cell| cell.spectra.len()).sum();
    if analyses.len() != expected {
        let reason = format!(
            "its cells have {expected} spectra, and there are {} analyses",
            analyses.len()
        );
        return Err(ReportError::analysis(&dynamics.origin, reason));
    }
    analyses.iter().try_for_each(check)?;
    let mut figures = Vec::new();
    for (place, &operator) in dynamics.settings.operators.iter().enumerate() {
        let grid = grids::figure(dynamics, analyses, place, operator)
            .map_err(|error| ReportError::analysis(&dynamics.origin, error))?;
        figures.push([tracks::figure(dynamics, place, operator), grid]);
    }
    let html = page(dynamics, &figures);
    write_report_files(dir, "dynamics.html", &html, figures.iter().flatten(), &[])
}
