//! The copy of a model from a file in the folder of its run.

use std::path::{Path, PathBuf};

use super::folder::MODEL;
use crate::error::StudyError;
use crate::model::OnnxModel;
use crate::settings::OnnxSettings;

/// Where the run in `root` has its copy of the model.
pub fn copy_of(root: &Path, settings: &OnnxSettings) -> PathBuf {
    let name = settings.onnx.file_name().unwrap_or_default();
    root.join(MODEL).join(name)
}

/// The settings with that copy in place of the file.
pub fn copied(root: &Path, settings: &OnnxSettings) -> OnnxSettings {
    OnnxSettings {
        onnx: copy_of(root, settings),
        ..settings.clone()
    }
}

/// Opens the run's copy of the model, or the file itself where there is none or it is damaged, for examples of these extents.
pub fn open(
    root: &Path,
    settings: &OnnxSettings,
    extents: &[usize],
) -> Result<OnnxModel, StudyError> {
    match OnnxModel::open(&copied(root, settings), extents) {
        Err(_) if is_whole(settings) => OnnxModel::open(settings, extents),
        opened => opened,
    }
}

/// Whether a model's files are there as the settings have them.
pub fn is_whole(settings: &OnnxSettings) -> bool {
    let sum = hesscope_onnx::Model::read(&settings.onnx).map(|model| model.sha256().to_owned());
    sum.is_ok_and(|sum| Some(sum) == settings.sha256)
}
