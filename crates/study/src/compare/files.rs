//! The files of a comparison.

use std::path::{Path, PathBuf};

use hesscope_records::Comparison;
use hesscope_records::record::write_at;
use hesscope_report::write_comparison;

use crate::error::StudyError;
use crate::shared_folder::SharedFolder;

/// The numbers. They are written first, and say that the folder is ours.
const JSON: &str = "compare.json";

static COMPARISON: SharedFolder = SharedFolder {
    what: "a comparison",
    marks: &[JSON],
    is_ours: |_| Ok(false),
    lock: "compare.lock",
};

/// Where a comparison lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonFiles {
    /// The numbers.
    pub json: PathBuf,
    /// The page.
    pub html: PathBuf,
}

impl ComparisonFiles {
    /// Refuses a folder that holds something else than a comparison; nothing in it is touched.
    ///
    /// # Errors
    ///
    /// Such a folder, and one that cannot be read.
    pub fn require_ours(folder: &Path) -> Result<(), StudyError> {
        COMPARISON.require_ours(folder)
    }

    /// Writes `compare.json`, `compare.html` and its figure into a folder, which is made if it is not there, once no other
    /// process does.
    ///
    /// # Errors
    ///
    /// A folder that holds something else, or cannot be written.
    pub fn write(comparison: &Comparison, folder: &Path) -> Result<Self, StudyError> {
        let _lock = COMPARISON.hold(folder, &["figures"])?;
        let json = folder.join(JSON);
        write_at(&json, comparison)?;
        let html = write_comparison(comparison, folder)?.html;
        Ok(ComparisonFiles { json, html })
    }
}
