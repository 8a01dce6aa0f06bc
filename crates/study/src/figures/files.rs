//! The folder of figures: each with its picture, its page and its numbers.

use std::path::{Path, PathBuf};

use hesscope_files::sha256_file;
use hesscope_records::record::write_at;
use hesscope_report::{FigureFiles, ReportError};
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::error::StudyError;
use crate::fault::{Faults, Remedy};
use crate::manifest::write_manifest;
use crate::sealed_file::read_sealed;
use crate::shared_folder::SharedFolder;

/// The name of the files of the figure of spectra.
pub const SPECTRA: &str = "figure-spectra";
/// Those of the figure of class means.
pub const MEANS: &str = "figure-class-means";

/// Where the checksums of picture and page are; there before everything else of a figure.
const MANIFESTS: [&str; 2] = ["figure-spectra.files.json", "figure-class-means.files.json"];

/// Such a folder.
pub static FIGURES: SharedFolder = SharedFolder {
    what: "a figure",
    marks: &[
        MANIFESTS[0],
        MANIFESTS[1],
        "figure-spectra.json",
        "figure-class-means.json",
    ],
    is_ours: |_| Ok(false),
    lock: "figure.lock",
};

/// Writes the figure of this name and its numbers into `out`, while no other process does; gives the paths of picture, page
/// and numbers.
///
/// # Errors
///
/// A folder that holds something else, and files that cannot be written.
pub fn write_figure<T: Serialize>(
    figure: &str,
    out: &Path,
    write: impl FnOnce(&Path) -> Result<(FigureFiles, T), ReportError>,
) -> Result<Vec<PathBuf>, StudyError> {
    let manifest = format!("{figure}.files.json");
    let json = out.join(format!("{figure}.json"));
    let _lock = FIGURES.hold(out, &[])?;
    if !out.join(&manifest).is_file() {
        write_manifest(out, &manifest, "", [])?;
    }
    let (files, record) = write(out)?;
    write_at(&json, &record)?;
    let sum = sha256_file(&json).map_err(|error| StudyError::read(&json, error))?;
    let mut written = vec![files.svg, files.png, files.html];
    write_manifest(out, &manifest, &sum, &written)?;
    written.push(json);
    Ok(written)
}

/// Whether there is a figure in the folder.
pub fn has_figure(root: &Path) -> bool {
    FIGURES.marks.iter().any(|mark| root.join(mark).is_file())
}

impl Faults {
    /// What is wrong with the figures of a folder.
    pub fn of_figures(&mut self, root: &Path) {
        for (figure, manifest) in [SPECTRA, MEANS].into_iter().zip(MANIFESTS) {
            let path = root.join(format!("{figure}.json"));
            let sum = match read_sealed::<IgnoredAny>(&path) {
                Ok(None) if !root.join(manifest).is_file() => continue,
                Ok(None) => Err("it is missing".to_owned()),
                Ok(Some(_)) => sha256_file(&path).map_err(|error| error.to_string()),
                Err(reason) => Err(format!("it is damaged ({reason})")),
            };
            match sum {
                Ok(sum) => self.of_manifest(root, manifest, &sum),
                Err(wrong) => self.add(&path, wrong, Remedy::MakeAgain),
            }
        }
    }
}
