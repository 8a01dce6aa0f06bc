//! Leading eigenpairs that a run keeps.

use std::path::{Path, PathBuf};

use hesscope_records::Precision;
use hesscope_report::{NamedArray, Values};

use super::arrays::write_arrays;
use super::format::{Format, copy};
use super::selection::{Place, Selection};
use crate::eigenvector_file::{EIGENVECTORS, EigenvectorFile, read_eigenvectors};
use crate::error::StudyError;
use crate::run::RunFolder;

const FORMATS: [Format; 2] = [Format::Npz, Format::Safetensors];

/// Writes the eigenpairs that are selected.
pub fn write(folder: &RunFolder, selection: &Selection, out: &Path) -> Result<(), StudyError> {
    let format = Format::of(out, &FORMATS)?;
    let place = |(_, file): &(PathBuf, EigenvectorFile)| {
        Place::of(file.settings.operator, &file.settings.subject)
    };
    let (path, file) = selection.only(folder, ["file of eigenvectors", "overlaps"], kept(folder)?, place)?;
    write_as(&path, file, format, out)
}

/// The files of eigenvectors, each whole and of this very run.
pub fn kept(folder: &RunFolder) -> Result<Vec<(PathBuf, EigenvectorFile)>, StudyError> {
    let run = folder.run_file()?;
    let read = |path: PathBuf| {
        let file = read_eigenvectors(&path)?;
        if file.settings.subject.run_sha256 != run.training_sha256 {
            return Err(StudyError::damaged(format!(
                "{} is of another run than the one in its folder: delete it, and it is made again",
                path.display()
            )));
        }
        Ok((path, file))
    };
    folder.files(EIGENVECTORS, "safetensors")?.into_iter().map(read).collect()
}

/// Writes eigenpairs in a format: `values`, `residuals` and `vectors`, a row each.
pub fn write_as(path: &Path, file: EigenvectorFile, format: Format, out: &Path) -> Result<(), StudyError> {
    if format == Format::Safetensors {
        return copy(path, out);
    }
    let EigenvectorFile { settings, values, residuals, vectors, .. } = file;
    let (pairs, dimension) = (values.len(), vectors.len() / values.len().max(1));
    let vectors = match settings.subject.precision {
        Precision::F32 => Values::F32(vectors.iter().map(|&value| value as f32).collect()),
        Precision::F64 => Values::F64(vectors),
    };
    let array = |name: &str, shape, values| NamedArray {
        name: name.to_owned(),
        shape,
        values,
    };
    let arrays = [
        array("values", vec![pairs], Values::F64(values)),
        array("residuals", vec![pairs], Values::F64(residuals)),
        array("vectors", vec![pairs, dimension], vectors),
    ];
    write_arrays(out, format, &arrays, &settings)
}
