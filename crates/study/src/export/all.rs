//! Everything of a run, in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::Format;
use super::options::ExportOptions;
use super::{analysis, eigenvectors, file, weights};
use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::run::checkpoints;

/// Writes it all; what is there under the same names is replaced.
pub fn write(folder: &RunFolder, options: &ExportOptions) -> Result<(), Failure> {
    let out = &options.out;
    if options.operator.is_some() || options.split.is_some() || options.epoch.is_some() {
        return Err(Failure::new(
            "--what all takes everything: leave --operator, --split and --epoch out, or choose another --what",
        ));
    }
    if out.is_file() {
        return Err(Failure::new(format!(
            "{} is a file: with --what all, give --out a folder",
            out.display()
        )));
    }
    fs::create_dir_all(out.join("weights")).map_err(|error| {
        Failure::new(format!(
            "cannot make the folder {}: {error}; choose another --out",
            out.display()
        ))
    })?;
    for (epoch, _) in checkpoints(folder)? {
        let name = format!("epoch-{epoch:04}.safetensors");
        weights::write(folder, Some(epoch), &out.join("weights").join(name))?;
    }
    for (path, analysed) in folder.analyses_with_paths()? {
        for format in [Format::Json, Format::Npz] {
            let to = beside(out, "analysis", &path, format);
            analysis::write_as(&path, &analysed, format, &to)?;
        }
    }
    for path in folder.files(crate::overlaps::FOLDER, "json") {
        let bytes = fs::read(&path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
        file::write(&beside(out, "overlaps", &path, Format::Json), &bytes)?;
    }
    for (path, about) in eigenvectors::kept(folder)? {
        let to = beside(out, "eigenvectors", &path, Format::Npz);
        eigenvectors::write_as(&path, &about, Format::Npz, &to)?;
    }
    Ok(())
}

/// Where a file of the run goes: under its own name, with the format's ending.
fn beside(out: &Path, folder: &str, path: &Path, format: Format) -> PathBuf {
    let name = path.with_extension(format.ending());
    out.join(folder).join(name.file_name().unwrap_or_default())
}
