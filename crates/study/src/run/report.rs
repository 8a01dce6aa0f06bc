//! The report of a run, from what its folder holds.

use std::path::{Path, PathBuf};

use hesscope_records::{Analysis, ClassMeans, Findings, Overlaps, Record};
use hesscope_report::{RunSummary, View, write_report};

use super::folder::RunFolder;
use super::search::search_record;
use super::stored_weights;
use crate::error::StudyError;
use crate::manifest::{MANIFEST, write_manifest};

/// Writes figures and the report of a run into `out`, which may be the run's own folder where it is held; gives the
/// report's path. Density figures are written in the logarithmic view and in `views`.
///
/// # Errors
///
/// A run without a checkpoint, results that are damaged or of another run, and a folder that cannot be written.
pub fn write_run_report(
    folder: &RunFolder,
    out: &Path,
    views: &[View],
) -> Result<PathBuf, StudyError> {
    let file = folder.run_file()?;
    let Some(last) = stored_weights::newest(folder, &file)? else {
        return Err(StudyError::folder(format!(
            "{} has no checkpoint yet: train it first with the settings of its run.toml",
            folder.root().display()
        )));
    };
    let (layers, parameters) = last.layers()?;
    let settings = &file.settings;
    let summary = RunSummary {
        title: format!("{} on {}", settings.net.name(), settings.dataset),
        settings: settings.table()?,
        version: file.hesscope.clone(),
        device: file.device_name.clone(),
        config_sha256: file.training_sha256.clone(),
        network: layers,
        parameters,
        classes: last.classes(),
        epochs: last.history(),
        search: search_record(folder)?,
        analyses: records::<Analysis>(folder)?,
        overlaps: records::<Overlaps>(folder)?,
        findings: records::<Findings>(folder)?,
        means: records::<ClassMeans>(folder)?,
        views: views.to_vec(),
    };
    let files = write_report(&summary, out)?;
    let written = files.figures.iter().chain([&files.html]);
    write_manifest(out, MANIFEST, &file.training_sha256, written)?;
    Ok(files.html)
}

fn records<R: Record>(folder: &RunFolder) -> Result<Vec<R>, StudyError> {
    let found = folder.records::<R>()?.into_iter();
    Ok(found.map(|(_, record)| record).collect())
}
