//! Writing the report of a run.

use std::path::Path;

use super::groups::{Group, groups};
use super::page::{Figures, page};
use super::summary::RunSummary;
use crate::check::check;
use crate::error::ReportError;
use crate::figures::{Figure, loss};
use crate::means;
use crate::output::{ReportFiles, write_report_files};
use crate::spectra::density_figure;

/// Writes `figures/*.svg`, `figures/*.png` and `report.html` into `dir`, which is made if it is not there.
///
/// Each file is whole or absent at every moment; files of an earlier report of the same names are replaced. Nothing is
/// written if an analysis does not describe a spectrum.
///
/// # Errors
///
/// An analysis that does not describe a spectrum, a record that does not describe class means, a file that cannot be
/// written.
pub fn write_report(run: &RunSummary, dir: &Path) -> Result<ReportFiles, ReportError> {
    run.analyses.iter().try_for_each(check)?;
    run.means.iter().try_for_each(means::check)?;
    let groups = groups(&run.analyses);
    let figures = Figures {
        loss: loss(&run.epochs),
        densities: groups.iter().map(density).collect::<Result<_, _>>()?,
        means: means::figures_of_run(&run.means),
    };
    let html = page(run, &groups, &figures);
    let drawn = figures.loss.iter().chain(&figures.densities);
    let drawn = drawn.chain(&figures.means);
    write_report_files(dir, "report.html", &html, drawn, &run.views)
}

fn density(group: &Group<'_>) -> Result<Figure, ReportError> {
    let name = format!("density-{}", group.slug());
    let title = format!("Spectrum: {}", group.title().to_lowercase());
    density_figure(name, title, &group.spectra())
        .map_err(|error| ReportError::analysis(&group.analyses[0].origin, error))
}
