//! Spectra over epochs and sample sizes: figures and a page.

mod grids;
mod tracks;

use std::path::Path;

use crate::check::check;
use crate::error::ReportError;
use crate::files::{make_folder, write_whole};
use crate::html::dynamics_page;
use crate::leaf::write_picture;
use crate::run::ReportFiles;
use crate::svg::Rasteriser;
use hesscope_records::{Analysis, Dynamics, DynamicsCell};

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
        return Err(ReportError::Analysis {
            key: dynamics.key.clone(),
            reason: format!(
                "its cells have {expected} spectra, and there are {} analyses",
                analyses.len()
            ),
        });
    }
    analyses.iter().try_for_each(check)?;
    let mut figures = Vec::new();
    for (place, operator) in dynamics.settings.operators.iter().enumerate() {
        figures.push(vec![
            tracks::figure(dynamics, place, operator),
            grids::figure(dynamics, analyses, place, operator)?,
        ]);
    }
    let folder = dir.join("figures");
    make_folder(&folder)?;
    let rasteriser = Rasteriser::new();
    let mut paths = Vec::new();
    for figure in figures.iter().flatten() {
        paths.extend(write_picture(figure, &folder, &rasteriser)?);
    }
    let html = dir.join("dynamics.html");
    write_whole(&html, dynamics_page(dynamics, &figures).as_bytes())?;
    Ok(ReportFiles {
        html,
        figures: paths,
    })
}

/// The cell of a sample size at an epoch, with its place.
fn cell<'a>(dynamics: &'a Dynamics, size: &str, epoch: usize) -> Option<(usize, &'a DynamicsCell)> {
    dynamics
        .cells
        .iter()
        .enumerate()
        .find(|(_, cell)| cell.size == size && cell.epoch == epoch)
}

/// `13 a class`, or `all`.
pub(crate) fn size_name(size: &str) -> String {
    match size {
        "all" => "all examples".to_owned(),
        number => format!("{number} a class"),
    }
}
