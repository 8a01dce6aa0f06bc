//! The checkpoints in a run's folder: each of this run and of the epoch in its name, or healed, or refused.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use hesscope_models::{
    Checkpoint as TrainedCheckpoint, CheckpointError, CheckpointInfo, LAST_CHECKPOINT,
    checkpoint_path, heal_checkpoints, list_checkpoints, load_checkpoint, read_checkpoint_info,
};

use super::checkpoint::Checkpoint;
use super::folder::RunFolder;
use super::imported;
use super::run_file::RunFile;
use super::weights_info::WeightsInfo;
use crate::error::StudyError;
use crate::model::{Model, ModelInfo};
use crate::observer::{Event, Observer};

/// The epochs whose weights are kept, ascending.
pub fn kept_epochs(folder: &RunFolder, run: &RunFile) -> Result<Vec<usize>, StudyError> {
    if run.settings.net.onnx().is_some() {
        let kept = ModelInfo::read(folder.root(), &run.provenance())?;
        return Ok(kept.iter().map(|info| info.metrics.epoch).collect());
    }
    let found = list_checkpoints(&folder.checkpoints())
        .map_err(|error| StudyError::read(&folder.checkpoints(), error))?;
    Ok(found.into_iter().map(|(epoch, _)| epoch).collect())
}

/// Puts back what is lost or damaged among the checkpoints and stands in another file.
pub fn heal(folder: &RunFolder, run: &RunFile, observer: &dyn Observer) -> Result<(), StudyError> {
    if !folder.is_held() || !folder.checkpoints().is_dir() {
        return Ok(());
    }
    for path in heal_checkpoints(&folder.checkpoints(), &run.provenance())? {
        let note = format!(
            "{} was lost or damaged, and was put back from a checkpoint that holds the same",
            path.display()
        );
        observer.event(Event::Note(&note));
    }
    Ok(())
}

/// Loads the network of an epoch, for examples of these extents.
pub fn load(
    folder: &RunFolder,
    run: &RunFile,
    epoch: usize,
    extents: &[usize],
    device: &Device,
    observer: &dyn Observer,
) -> Result<Checkpoint, StudyError> {
    if let Some(model) = run.settings.net.onnx() {
        let info = info(folder, run, epoch)?;
        let model = imported::open(folder.root(), model, extents)?;
        return Ok(Checkpoint {
            epoch,
            network: Model::Onnx(Box::new(model)),
            sha256: info.sha256().to_owned(),
        });
    }
    let found = load_trained(folder, run, epoch, device, observer)?;
    Ok(Checkpoint {
        epoch,
        network: Model::BuiltIn(Box::new(found.net)),
        sha256: found.info.sha256,
    })
}

/// Loads one of hesscope's own networks at an epoch.
pub fn load_trained(
    folder: &RunFolder,
    run: &RunFile,
    epoch: usize,
    device: &Device,
    observer: &dyn Observer,
) -> Result<TrainedCheckpoint, StudyError> {
    let path = checkpoint_path(&folder.checkpoints(), epoch);
    let found = match load_checkpoint(&path, device) {
        Err(CheckpointError::Missing { .. } | CheckpointError::Damaged { .. }) => {
            heal(folder, run, observer)?;
            load_checkpoint(&path, device)
        }
        found => found,
    };
    let found = found.map_err(|error| explain(folder, run, epoch, error))?;
    require_of(run, &path, &found.info)?;
    Ok(found)
}

/// What the checkpoint of an epoch says of itself.
pub fn info(folder: &RunFolder, run: &RunFile, epoch: usize) -> Result<WeightsInfo, StudyError> {
    if run.settings.net.onnx().is_some() {
        return match ModelInfo::read(folder.root(), &run.provenance())? {
            Some(info) if info.metrics.epoch == epoch => Ok(WeightsInfo::Model(info)),
            found => Err(StudyError::folder(format!(
                "the run in {} is of a model from a file, {}: epoch {epoch} is none of it{}",
                folder.root().display(),
                run.settings.net.name(),
                match found {
                    Some(_) => ", leave --epoch out",
                    None => " yet, make it with `hesscope run`",
                }
            ))),
        };
    }
    let path = checkpoint_path(&folder.checkpoints(), epoch);
    let info = read_checkpoint_info(&path).map_err(|error| explain(folder, run, epoch, error))?;
    require_of(run, &path, &info)?;
    Ok(WeightsInfo::Checkpoint(info))
}

/// Refuses a checkpoint of another run or of other data.
fn require_of(run: &RunFile, path: &Path, info: &CheckpointInfo) -> Result<(), StudyError> {
    info.check(&run.provenance()).map_err(|error| {
        StudyError::damaged(format!(
            "{}: {error}, or put back its run.toml",
            path.display()
        ))
    })
}

/// What the newest checkpoint says of itself, if there is one.
pub fn newest(folder: &RunFolder, run: &RunFile) -> Result<Option<WeightsInfo>, StudyError> {
    if run.settings.net.onnx().is_some() {
        let found = ModelInfo::read(folder.root(), &run.provenance())?;
        return Ok(found.map(WeightsInfo::Model));
    }
    let checkpoints = folder.checkpoints();
    let path: Option<PathBuf> = if checkpoints.join(LAST_CHECKPOINT).is_file() {
        Some(checkpoints.join(LAST_CHECKPOINT))
    } else {
        let last = kept_epochs(folder, run)?.pop();
        last.map(|epoch| checkpoint_path(&checkpoints, epoch))
    };
    let Some(path) = path else { return Ok(None) };
    let info = read_checkpoint_info(&path)?;
    require_of(run, &path, &info)?;
    Ok(Some(WeightsInfo::Checkpoint(info)))
}

/// Which epochs there are instead of one that is missing, and how a lost or damaged one comes back.
fn explain(folder: &RunFolder, run: &RunFile, epoch: usize, error: CheckpointError) -> StudyError {
    let checkpoints = folder.checkpoints();
    match error {
        CheckpointError::Missing { .. } => {
            let kept = kept_epochs(folder, run).unwrap_or_default();
            let kept: Vec<String> = kept.iter().map(usize::to_string).collect();
            let kept = if kept.is_empty() {
                "none yet".into()
            } else {
                kept.join(", ")
            };
            StudyError::folder(format!(
                "the weights of epoch {epoch} are not in {}: those kept are of epochs {kept}",
                checkpoints.display()
            ))
        }
        CheckpointError::Damaged { path, reason } => StudyError::damaged(format!(
            "the checkpoint {} is damaged ({reason}), and no other file holds the same weights: move {} away and \
             repeat `hesscope train`, which ends with the same weights; analyses in the folder are then reused",
            path.display(),
            checkpoints.display()
        )),
        other => other.into(),
    }
}
