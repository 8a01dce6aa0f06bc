//! `sweep.html`: the table with the density of every analysis, to filter, sort and compare.

use std::path::PathBuf;

use hesscope_records::{Analysis, SweepRow};
use hesscope_report::{SweepEntry, SweepFailure, SweepSummary, write_sweep_page};

use super::failure::FailureRecord;
use super::folder::{HeldFolder, RUNS};
use crate::error::StudyError;

/// The row of an analysis with its density.
pub fn entry(row: &SweepRow, analysis: &Analysis) -> Result<SweepEntry, StudyError> {
    let report = format!("{}/report.html", row.run);
    Ok(SweepEntry::new(row.clone(), analysis, Some(report))?)
}

/// Writes the page of these entries and failures.
pub fn write(
    held: &HeldFolder<'_>,
    entries: Vec<SweepEntry>,
    failures: &[FailureRecord],
) -> Result<PathBuf, StudyError> {
    let root = held.root();
    let name = root
        .file_name()
        .map_or_else(|| ".".into(), |name| name.to_string_lossy());
    let failure = |failed: &FailureRecord| SweepFailure {
        run: format!("{RUNS}/{}", failed.run),
        reason: failed.sentence.clone(),
    };
    let summary = SweepSummary {
        title: format!("Sweep {name}"),
        version: env!("CARGO_PKG_VERSION").into(),
        entries,
        failures: failures.iter().map(failure).collect(),
    };
    Ok(write_sweep_page(&summary, root)?)
}
