//! The weights of a checkpoint for PyTorch.

use std::path::Path;

use burn::tensor::Device;
use hesscope_models::{checkpoint_path, export_weights, load_checkpoint};

use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::run::{missing_epoch, stored};

/// Writes those of an epoch, or of the last.
pub fn write(folder: &RunFolder, epoch: Option<usize>, out: &Path) -> Result<(), Failure> {
    let settings = stored(folder)?.settings;
    let epoch = epoch.unwrap_or(settings.train.epochs);
    let path = checkpoint_path(&folder.checkpoints(), epoch);
    if !path.is_file() {
        return Err(missing_epoch(folder, epoch));
    }
    export_weights(&load_checkpoint(&path, &Device::flex())?.net, out)?;
    Ok(())
}
