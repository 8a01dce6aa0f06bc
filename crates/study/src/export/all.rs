//! Everything of a run, in a folder.

use std::path::{Path, PathBuf};

use hesscope_records::{Analysis, Eigenvalues, Overlaps, Record};

use super::format::{Format, copy};
use super::selection::Selection;
use super::{analysis, eigenvectors, weights};
use crate::eigenvector_file::EIGENVECTORS;
use crate::error::StudyError;
use crate::folders::make_folder;
use crate::observer::Observer;
use crate::run::{RunFolder, kept_epochs};

/// Writes it all; what is there under the same names is replaced.
pub fn write(
    folder: &RunFolder,
    selection: &Selection,
    out: &Path,
    observer: &dyn Observer,
) -> Result<(), StudyError> {
    if *selection != Selection::default() {
        return Err(StudyError::setting(
            "--what all takes everything: leave --operator, --split, --epoch and --key out, or choose another --what",
        ));
    }
    if out.is_file() {
        return Err(StudyError::setting(format!(
            "{} is a file: with --what all, give --out a folder",
            out.display()
        )));
    }
    let run = folder.run_file()?;
    let to = out.join("weights");
    make_folder(&to)?;
    let trained = run.settings.net.onnx().is_none();
    for epoch in kept_epochs(folder, &run)?.into_iter().filter(|_| trained) {
        let name = format!("epoch-{epoch:04}.safetensors");
        weights::write(folder, Some(epoch), &to.join(name), observer)?;
    }
    for (path, record) in folder.records::<Analysis>()? {
        for format in [Format::Json, Format::Npz] {
            let to = place(out, Analysis::FOLDER, &path, format);
            analysis::write_as(&path, &record, format, &to)?;
        }
    }
    for (path, _) in folder.records::<Overlaps>()? {
        copy(&path, &place(out, Overlaps::FOLDER, &path, Format::Json))?;
    }
    for (path, _) in folder.records::<Eigenvalues>()? {
        copy(&path, &place(out, Eigenvalues::FOLDER, &path, Format::Json))?;
    }
    for path in folder.files(EIGENVECTORS, "safetensors")? {
        let to = place(out, EIGENVECTORS, &path, Format::Npz);
        eigenvectors::write_as(&run, &path, Format::Npz, &to)?;
    }
    Ok(())
}

/// Where a file of the run goes: under its own name, with the format's ending.
fn place(out: &Path, folder: &str, path: &Path, format: Format) -> PathBuf {
    let name = path.with_extension(format.ending());
    out.join(folder).join(name.file_name().unwrap_or_default())
}
