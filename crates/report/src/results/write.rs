//! Writing the page of results.

use std::path::{Path, PathBuf};

use super::column::ResultsColumn;
use super::page::page;
use crate::error::ReportError;
use crate::output::write;

/// Writes the findings of several runs and dynamics as one page, `name` in the folder `dir`, which is made if it is not
/// there. The page asks for nothing, and is whole or absent at every moment. `device` is where they were measured, in words.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_results(
    title: &str,
    columns: &[ResultsColumn],
    device: &str,
    (dir, name): (&Path, &str),
) -> Result<PathBuf, ReportError> {
    let html = page(title, columns, env!("CARGO_PKG_VERSION"), device);
    write(dir, name, html.as_bytes())
}
