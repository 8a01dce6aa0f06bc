//! `sweep.html`: the analyses of many runs in one table, with densities to compare.

mod columns;
mod curve;
mod page;

use std::path::{Path, PathBuf};

use crate::check::check;
use crate::error::ReportError;
use crate::files::{make_folder, write_whole};
use hesscope_records::{Analysis, SweepRow};

pub use curve::SweepCurve;

/// Everything the page of a sweep tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepSummary {
    /// The page's title.
    pub title: String,
    /// Version of hesscope.
    pub version: String,
    /// The analyses, in the order in which they stand.
    pub entries: Vec<SweepEntry>,
    /// What failed.
    pub failures: Vec<SweepFailure>,
}

/// One analysis of one run: its numbers and its density.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepEntry {
    /// Its row of the table.
    pub row: SweepRow,
    /// Its density, as it is drawn.
    pub curve: SweepCurve,
    /// The run's report, relative to the sweep's folder, where there is one to link to.
    pub report: Option<String>,
}

impl SweepEntry {
    /// Takes from an analysis what the page draws of it.
    ///
    /// # Errors
    /// [`ReportError::Analysis`] where the analysis does not describe a spectrum.
    pub fn new(
        row: SweepRow,
        analysis: &Analysis,
        report: Option<String>,
    ) -> Result<Self, ReportError> {
        check(analysis)?;
        let curve = SweepCurve::new(analysis).map_err(|error| ReportError::Analysis {
            key: analysis.key.clone(),
            reason: error.to_string(),
        })?;
        Ok(Self { row, curve, report })
    }
}

/// A run that did not come to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepFailure {
    /// The run's folder, relative to the sweep's.
    pub run: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// Writes `sweep.html` into `dir`, which is made if it is not there, and returns its path.
///
/// The page is one file that asks for nothing. Its table is complete without a script; the script filters, sorts and
/// compares. The file is whole or absent at every moment, and equal summaries give equal bytes.
///
/// # Errors
/// [`ReportError::Folder`] or [`ReportError::Write`] where the system refuses.
pub fn write_sweep_page(summary: &SweepSummary, dir: &Path) -> Result<PathBuf, ReportError> {
    make_folder(dir)?;
    let path = dir.join("sweep.html");
    write_whole(&path, page::page(summary).as_bytes())?;
    Ok(path)
}
