//! Writing the files of a comparison.

use std::path::Path;

use hesscope_records::Comparison;

use super::figure::figure;
use super::page::page;
use crate::error::ReportError;
use crate::output::{ReportFiles, write_report_files};

/// Writes `figures/compare.svg`, `figures/compare.png` and `compare.html` into `dir`, which is made if it is not there. Each
/// file is whole or absent at every moment.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write_comparison(comparison: &Comparison, dir: &Path) -> Result<ReportFiles, ReportError> {
    let drawn = figure(comparison);
    let html = page(comparison, &drawn);
    write_report_files(dir, "compare.html", &html, [&drawn], &[])
}
