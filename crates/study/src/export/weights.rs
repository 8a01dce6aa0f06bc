//! The weights of a checkpoint for PyTorch.

use std::path::Path;

use burn::tensor::Device;
use hesscope_models::export_weights;

use crate::error::StudyError;
use crate::observer::Observer;
use crate::run::{RunFolder, load_weights};

/// Writes those of an epoch, or of the last.
pub fn write(
    folder: &RunFolder,
    epoch: Option<usize>,
    out: &Path,
    observer: &dyn Observer,
) -> Result<(), StudyError> {
    let run = folder.run_file()?;
    let epoch = epoch.unwrap_or(run.settings.train.epochs);
    let checkpoint = load_weights(folder, &run, epoch, &Device::flex(), observer)?;
    Ok(export_weights(&checkpoint.network, out)?)
}
