//! The weights of a checkpoint for PyTorch.

use std::path::Path;

use burn::tensor::Device;
use hesscope_models::export_weights;

use crate::error::StudyError;
use crate::observer::Observer;
use crate::run::{RunFolder, load_trained};

/// Writes those of an epoch, or of the last.
pub fn write(
    folder: &RunFolder,
    epoch: Option<usize>,
    out: &Path,
    observer: &dyn Observer,
) -> Result<(), StudyError> {
    let run = folder.run_file()?;
    let epoch = epoch.unwrap_or(run.settings.train.epochs);
    if let Some(model) = run.settings.net.onnx() {
        return Err(StudyError::setting(format!(
            "the weights of the run in {} are those of a model from a file, which lies in its folder model: use {} itself",
            folder.root().display(),
            model.onnx.display()
        )));
    }
    let trained = load_trained(folder, &run, epoch, &Device::flex(), observer)?;
    Ok(export_weights(&trained.net, out)?)
}
