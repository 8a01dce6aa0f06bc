//! `sweep.html`: the table with the density of every analysis, to filter, sort and compare.

use std::path::PathBuf;

use hesscope_report::schema::SweepRow;
use hesscope_report::{SweepEntry, SweepFailure, SweepSummary, write_sweep_page};

use super::failures::FailureRecord;
use super::folder::{Held, RUNS};
use crate::failure::Failure;
use crate::folder::read_analysis;

/// Writes the page of these rows and failures.
pub fn write(
    held: &Held<'_>,
    rows: &[SweepRow],
    failures: &[FailureRecord],
) -> Result<PathBuf, Failure> {
    let root = held.root();
    let name = root
        .file_name()
        .map_or_else(|| ".".into(), |name| name.to_string_lossy());
    let entries = rows
        .iter()
        .map(|row| {
            let analysis = read_analysis(&root.join(&row.analysis))?;
            let report = format!("{}/report.html", row.run);
            Ok(SweepEntry::new(row.clone(), &analysis, Some(report))?)
        })
        .collect::<Result<_, Failure>>()?;
    let failures = failures
        .iter()
        .map(|failed| SweepFailure {
            run: format!("{RUNS}/{}", failed.run),
            reason: failed.sentence.clone(),
        })
        .collect();
    let summary = SweepSummary {
        title: format!("Sweep {name}"),
        version: env!("CARGO_PKG_VERSION").into(),
        entries,
        failures,
    };
    Ok(write_sweep_page(&summary, root)?)
}
