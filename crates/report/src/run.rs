//! What a report is made from, and the writing of it.

use std::path::{Path, PathBuf};

use hesscope_spectral::SpectralError;

use crate::check::check;
use crate::error::ReportError;
use crate::figures::{density, loss};
use crate::files::{make_folder, write_whole};
use crate::groups::{Group, groups};
use crate::html::{Figures, page};
use crate::leaf::write_picture;
use crate::means;
use crate::svg::Rasteriser;
use hesscope_records::{Analysis, ClassMeans, EpochRecord, Findings, Overlaps, SearchRecord};

/// Everything a report tells of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSummary {
    /// The report's title.
    pub title: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// SHA-256 of the resolved configuration.
    pub config_sha256: String,
    /// Every resolved setting, key and value.
    pub settings: Vec<(String, String)>,
    /// The network: its layers, or facts about it, name and description.
    pub network: Vec<(String, String)>,
    /// Number of parameters, p.
    pub parameters: usize,
    /// Number of classes, C.
    pub classes: usize,
    /// The epochs trained, in order.
    pub epochs: Vec<EpochRecord>,
    /// The search that found the learning rate, if there was one.
    pub search: Option<SearchRecord>,
    /// The analyses made, in any order.
    pub analyses: Vec<Analysis>,
    /// The overlaps measured, in any order.
    pub overlaps: Vec<Overlaps>,
    /// The attributions made, in any order.
    pub attributions: Vec<Findings>,
    /// The class means measured, in any order.
    pub means: Vec<ClassMeans>,
}

/// The files of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFiles {
    /// `report.html`.
    pub html: PathBuf,
    /// The figures, an SVG and a PNG of each.
    pub figures: Vec<PathBuf>,
}

/// Writes `figures/*.svg`, `figures/*.png` and `report.html` into `dir`, which is made if it is not there.
///
/// Each file is whole or absent at every moment; files of an earlier report of the same names are replaced. Nothing is
/// written if an analysis does not describe a spectrum.
pub fn write_report(run: &RunSummary, dir: &Path) -> Result<ReportFiles, ReportError> {
    run.analyses.iter().try_for_each(check)?;
    run.means.iter().try_for_each(means::check)?;
    let groups = groups(&run.analyses);
    let figures = Figures {
        loss: loss(&run.epochs),
        densities: groups
            .iter()
            .map(|group| density(group).map_err(|error| undrawable(group, &error)))
            .collect::<Result<_, ReportError>>()?,
        means: means::of_run(&run.means),
    };
    let folder = dir.join("figures");
    make_folder(&folder)?;
    let rasteriser = Rasteriser::new();
    let mut paths = Vec::new();
    let drawn = figures.loss.iter().chain(&figures.densities);
    for figure in drawn.chain(&figures.means) {
        paths.extend(write_picture(figure, &folder, &rasteriser)?);
    }
    let html = dir.join("report.html");
    write_whole(&html, page(run, &groups, &figures).as_bytes())?;
    Ok(ReportFiles {
        html,
        figures: paths,
    })
}

/// A group's spectra that the grid refuses.
fn undrawable(group: &Group<'_>, error: &SpectralError) -> ReportError {
    let key = group.analyses.first().map_or("", |analysis| &analysis.key);
    ReportError::Analysis {
        key: key.to_owned(),
        reason: error.to_string(),
    }
}
