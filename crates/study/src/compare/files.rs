//! The files of a comparison.

use std::path::{Path, PathBuf};

use hesscope_records::Comparison;
use hesscope_records::record::write_at;
use hesscope_report::write_comparison;

use crate::error::StudyError;

/// Where a comparison lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonFiles {
    /// The numbers.
    pub json: PathBuf,
    /// The page.
    pub html: PathBuf,
}

impl ComparisonFiles {
    /// Writes `compare.json`, `compare.html` and its figure into a folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// A folder that cannot be written.
    pub fn write(comparison: &Comparison, folder: &Path) -> Result<Self, StudyError> {
        let html = write_comparison(comparison, folder)?.html;
        let json = folder.join("compare.json");
        write_at(&json, comparison)?;
        Ok(ComparisonFiles { json, html })
    }
}
