//! The checkpoints in a run's folder: each of this run and of the epoch in its name, or healed, or refused.

use burn::tensor::Device;
use hesscope_models::{checkpoint_path, list_checkpoints, load_checkpoint};

use super::folder::RunFolder;
use super::run::Checkpoint;
use super::run_file::RunFile;
use crate::error::StudyError;
use crate::observer::{Event, Observer};

/// The epochs whose weights are kept, ascending.
pub fn kept_epochs(folder: &RunFolder) -> Result<Vec<usize>, StudyError> {
    let found = list_checkpoints(&folder.checkpoints())
        .map_err(|error| StudyError::read(&folder.checkpoints(), error))?;
    Ok(found.into_iter().map(|(epoch, _)| epoch).collect())
}

/// Loads the network of an epoch.
pub fn load(
    folder: &RunFolder,
    run: &RunFile,
    epoch: usize,
    device: &Device,
    observer: &dyn Observer,
) -> Result<Checkpoint, StudyError> {
    let _ = (folder, run, epoch, device, observer, checkpoint_path, load_checkpoint, Event::Note);
    todo!("after the merge of models")
}
