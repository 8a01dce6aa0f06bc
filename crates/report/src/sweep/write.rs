//! Writing the page of a sweep.

use std::path::{Path, PathBuf};

use super::entry::SweepSummary;
use super::page::page;
use crate::error::ReportError;
use crate::output::write;

/// Writes `sweep.html` into `dir`, which is made if it is not there, and returns its path.
///
/// The page is one file that asks for nothing. Its table is complete without a script; the script filters, sorts and
/// compares. The file is whole or absent at every moment, and equal summaries give equal bytes.
///
/// # Errors
/// [`ReportError::Folder`] or [`ReportError::Write`] where the system refuses.
pub fn write_sweep_page(summary: &SweepSummary, dir: &Path) -> Result<PathBuf, ReportError> {
    write(dir, "sweep.html", page(summary).as_bytes())
}
