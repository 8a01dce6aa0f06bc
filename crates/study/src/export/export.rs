//! What is exported of a run.

use std::path::Path;

use super::selection::Selection;
use super::{all, analysis, eigenvectors, weights};
use crate::error::StudyError;
use crate::observer::Observer;
use crate::run::RunFolder;

/// What there is to export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExportKind {
    /// The weights of a checkpoint, in PyTorch's names and layouts.
    #[default]
    Weights,
    /// An analysis: as JSON its file, else its arrays.
    Analysis,
    /// The leading eigenpairs of an operator.
    Eigenvectors,
    /// All of it in a folder.
    All,
}

/// Writes what is selected to `out`, in the format that its ending names; a folder for [`ExportKind::All`].
///
/// # Errors
///
/// A selection that fits nothing or several, an ending that no format goes by, files of the run that are damaged or of
/// another run, and an `out` that cannot be written.
pub fn export(
    folder: &RunFolder,
    kind: ExportKind,
    selection: &Selection,
    out: &Path,
    observer: &dyn Observer,
) -> Result<(), StudyError> {
    match kind {
        ExportKind::Weights => weights::write(folder, selection.epoch, out, observer),
        ExportKind::Analysis => analysis::write(folder, selection, out),
        ExportKind::Eigenvectors => eigenvectors::write(folder, selection, out),
        ExportKind::All => all::write(folder, selection, out, observer),
    }
}
