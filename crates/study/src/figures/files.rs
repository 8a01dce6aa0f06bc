//! The numbers of a figure beside its pictures.

use std::path::{Path, PathBuf};

use hesscope_records::record::write_at;
use hesscope_report::FigureFiles;
use serde::Serialize;

use crate::error::StudyError;

/// Writes the numbers of the figure of this name into `out`; gives the paths of all its files.
pub fn with_numbers<T: Serialize>(
    name: &str,
    record: &T,
    files: FigureFiles,
    out: &Path,
) -> Result<Vec<PathBuf>, StudyError> {
    let json = out.join(format!("{name}.json"));
    write_at(&json, record)?;
    Ok(vec![files.svg, files.png, files.html, json])
}
