//! Leading eigenpairs that a run keeps.

use std::path::{Path, PathBuf};

use hesscope_records::Precision;
use hesscope_report::{NamedArray, Values};

use super::arrays::write_arrays;
use super::format::{Format, copy};
use super::selection::{Place, Selection};
use crate::eigenvector_file::{EIGENVECTORS, EigenvectorFile, read_eigenvectors};
use crate::error::StudyError;
use crate::run::{RunFile, RunFolder};

const FORMATS: [Format; 2] = [Format::Npz, Format::Safetensors];

/// Writes the eigenpairs that are selected.
pub fn write(folder: &RunFolder, selection: &Selection, out: &Path) -> Result<(), StudyError> {
    let format = Format::of(out, &FORMATS)?;
    let run = folder.run_file()?;
    // Vectors may be large: one file is at hand at a time.
    let place = |path: PathBuf| {
        let settings = read(&run, &path)?.settings;
        let place = Place::of(settings.operator, &settings.subject, &settings.key());
        Ok((path, place))
    };
    let files = folder.files(EIGENVECTORS, "safetensors")?;
    let all = files
        .into_iter()
        .map(place)
        .collect::<Result<Vec<_>, StudyError>>()?;
    let (path, _) = selection.only(
        folder,
        ["file of eigenvectors", "overlaps"],
        all,
        |(_, place)| place.clone(),
    )?;
    write_as(&run, &path, format, out)
}

/// Reads a file of eigenvectors, whole and of this very run.
fn read(run: &RunFile, path: &Path) -> Result<EigenvectorFile, StudyError> {
    let file = read_eigenvectors(path)?;
    if file.settings.subject.run_sha256 != run.training_sha256 {
        return Err(StudyError::damaged(format!(
            "{} is of another run than that of run.toml: put the right file back, or delete this one and it is made again",
            path.display()
        )));
    }
    Ok(file)
}

/// Writes the eigenpairs of a file in a format: `values`, `residuals` and `vectors`, a row each.
pub fn write_as(run: &RunFile, path: &Path, format: Format, out: &Path) -> Result<(), StudyError> {
    let file = read(run, path)?;
    if format == Format::Safetensors {
        return copy(path, out);
    }
    let EigenvectorFile {
        settings,
        values,
        residuals,
        vectors,
        ..
    } = file;
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
