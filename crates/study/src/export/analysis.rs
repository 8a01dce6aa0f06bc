//! One analysis: as JSON its file, else its arrays.

use std::path::{Path, PathBuf};

use hesscope_records::Analysis;
use hesscope_report::analysis_arrays;

use super::arrays::write_arrays;
use super::format::{Format, copy};
use super::selection::{Place, Selection};
use crate::error::StudyError;
use crate::run::RunFolder;

const FORMATS: [Format; 3] = [Format::Json, Format::Npz, Format::Safetensors];

/// Writes the analysis that is selected.
pub fn write(folder: &RunFolder, selection: &Selection, out: &Path) -> Result<(), StudyError> {
    let format = Format::of(out, &FORMATS)?;
    let place = |(_, analysis): &(PathBuf, Analysis)| {
        let settings = &analysis.settings;
        Place::of(settings.operator, &settings.subject, &analysis.origin.key)
    };
    let (path, analysis) =
        selection.only(folder, ["analysis", "spectrum"], folder.records()?, place)?;
    write_as(&path, &analysis, format, out)
}

/// Writes an analysis in a format.
pub fn write_as(
    path: &Path,
    analysis: &Analysis,
    format: Format,
    out: &Path,
) -> Result<(), StudyError> {
    match format {
        Format::Json => copy(path, out),
        _ => write_arrays(out, format, &analysis_arrays(analysis)?, &analysis.settings),
    }
}
