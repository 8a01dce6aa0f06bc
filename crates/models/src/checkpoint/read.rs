//! Checkpoints: one safetensors file with all that determines how a training goes on.
//!
//! Parameters and running statistics are stored under their paths, momentum buffers under `momentum:` and the
//! parameter's path. The header's metadata has one key, `hesscope.checkpoint`, holding [`CheckpointInfo`] as JSON. A
//! file appears under its name complete or not at all: it is written beside it, synced and renamed.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use burn::tensor::{DType, Device, TensorData};
use safetensors::{Dtype, SafeTensorError, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::{
    config::NetConfig,
    error::ModelError,
    network::Network,
    progress::{EpochMetrics, Progress},
    state::{NamedTensor, StateError, is_buffer, load_state, state_of},
    train_config::TrainConfig,
    whole_file::write_whole,
};

/// Version of the checkpoint format this build reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// File name of the checkpoint rewritten after every epoch, from which a training resumes.
pub const LAST_CHECKPOINT: &str = "last.safetensors";

const METADATA_KEY: &str = "hesscope.checkpoint";
const MOMENTUM_PREFIX: &str = "momentum:";

/// A safetensors header is JSON, so a longer one than this means another kind of file.
const LONGEST_HEADER: u64 = 100_000_000;

/// What a checkpoint says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckpointInfo {
    /// Format version.
    pub format: u32,
    /// Epochs done.
    pub epoch: usize,
    /// The network and its options.
    pub net: NetConfig,
    /// Shape of one image: channels, height, width.
    pub input: [usize; 3],
    /// The number of classes.
    pub classes: usize,
    /// The settings of the training.
    pub train: TrainConfig,
    /// The metrics of every epoch done, epoch 0 first.
    pub history: Vec<EpochMetrics>,
    /// SHA-256 in hexadecimal of the other fields and all tensors.
    pub sha256: String,
}

/// A checkpoint read back.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// What it says of itself.
    pub info: CheckpointInfo,
    /// The network, on the device asked for.
    pub net: Network,
    /// The momentum buffers by parameter path.
    pub momentum: Vec<NamedTensor>,
}

/// A checkpoint that cannot be written, read or used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// There is no such file.
    #[error("there is no checkpoint {}: train the network first, or name an epoch that was kept", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read the checkpoint {} ({source}): check the file's permissions and the disk", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the checkpoint {} ({source}): make room or choose another folder, then start again and training continues from the last complete epoch", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is shorter or longer than its header says.
    #[error("the checkpoint {} has {length} bytes, not the number its header announces, so it is truncated or was appended to: delete it and train again", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        length: usize,
    },
    /// Another kind of file.
    #[error("{} is not a safetensors file ({reason}): name a checkpoint written by hesscope", path.display())]
    NotSafetensors {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A safetensors file of another program.
    #[error("{} is a safetensors file but no hesscope checkpoint, for its metadata lack `hesscope.checkpoint`: name a checkpoint written by hesscope", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Written by another version.
    #[error("the checkpoint {} has format {found} and this version of hesscope reads format {FORMAT_VERSION}: use the version that wrote it", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// The metadata do not parse.
    #[error("the metadata of the checkpoint {} cannot be understood ({source}): delete it and train again", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// The hash does not match.
    #[error("the checkpoint {} is corrupted, for its SHA-256 does not match its contents: delete it and train again", path.display())]
    Corrupted {
        /// The file.
        path: PathBuf,
    },
    /// Tensors and network disagree.
    #[error("the checkpoint {} does not hold the network it names ({source}): delete it and train again", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What disagrees.
        source: StateError,
    },
    /// The network it names cannot be built.
    #[error("the checkpoint {} names a network that cannot be built ({source}): delete it and train again", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ModelError,
    },
    /// It was written under other settings.
    #[error("the checkpoint {} was written with {field} = {stored}, not {wanted}: use the same settings or another folder", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// The setting that differs.
        field: String,
        /// Its value in the checkpoint.
        stored: String,
        /// The value asked for.
        wanted: String,
    },
}

/// The file that keeps the weights after `epoch`: `dir/epoch-0007.safetensors`.
pub fn checkpoint_path(dir: &Path, epoch: usize) -> PathBuf {
    dir.join(format!("epoch-{epoch:04}.safetensors"))
}

/// The kept checkpoints in `dir` by epoch, ascending; empty where the folder is missing.
pub fn list_checkpoints(dir: &Path) -> io::Result<Vec<(usize, PathBuf)>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let digits = name
            .strip_prefix("epoch-")
            .and_then(|rest| rest.strip_suffix(".safetensors"));
        if let Some(epoch) = digits.and_then(|digits| digits.parse().ok()) {
            found.push((epoch, path));
        }
    }
    found.sort();
    Ok(found)
}

/// Writes a training's progress to `path`, whole or not at all.
pub fn save_checkpoint(
    path: &Path,
    progress: &Progress,
    config: &TrainConfig,
) -> Result<(), CheckpointError> {
    save_to(&[path], progress, config)
}

/// Writes the same checkpoint to each of `paths` in turn.
pub(crate) fn save_to(
    paths: &[&Path],
    progress: &Progress,
    config: &TrainConfig,
) -> Result<(), CheckpointError> {
    let bytes = encode(progress, config).map_err(|source| CheckpointError::Write {
        path: paths
            .first()
            .map(|path| path.to_path_buf())
            .unwrap_or_default(),
        source,
    })?;
    for path in paths {
        write_whole(path, &bytes).map_err(|source| CheckpointError::Write {
            path: path.to_path_buf(),
            source,
        })?;
    }
    Ok(())
}

fn encode(progress: &Progress, config: &TrainConfig) -> io::Result<Vec<u8>> {
    let mut tensors = state_of(&progress.net);
    for mut buffer in progress.sgd.state() {
        buffer.path.insert_str(0, MOMENTUM_PREFIX);
        tensors.push(buffer);
    }
    tensors.sort_by(|a, b| a.path.cmp(&b.path));
    let views = tensors.iter().map(|tensor| {
        let dtype = if tensor.data.dtype() == DType::F64 {
            Dtype::F64
        } else {
            Dtype::F32
        };
        TensorView::new(dtype, tensor.shape.clone(), tensor.data.as_bytes())
            .map(|view| (tensor.path.as_str(), view))
    });
    let views: Vec<(&str, TensorView)> =
        views.collect::<Result<_, _>>().map_err(io::Error::other)?;
    let mut info = CheckpointInfo {
        format: FORMAT_VERSION,
        epoch: progress.epoch,
        net: progress.net.config().clone(),
        input: progress.net.input(),
        classes: progress.net.classes(),
        train: config.clone(),
        history: progress.history.clone(),
        sha256: String::new(),
    };
    info.sha256 = fingerprint(&info, &views)?;
    // One key only: the order of several in the file would be that of a hash map.
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), serde_json::to_string(&info)?)]);
    safetensors::serialize(views, Some(metadata)).map_err(io::Error::other)
}

/// SHA-256 of `info` without its hash, then each tensor's name, type, shape and bytes, in the order of names.
fn fingerprint(
    info: &CheckpointInfo,
    tensors: &[(&str, TensorView)],
) -> serde_json::Result<String> {
    let mut hash = Sha256::new();
    let bare = CheckpointInfo {
        sha256: String::new(),
        ..info.clone()
    };
    hash.update(serde_json::to_vec(&bare)?);
    for (name, view) in tensors {
        hash.update(format!("\n{name} {:?} {:?}\n", view.dtype(), view.shape()));
        hash.update(view.data());
    }
    Ok(hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Reads and checks the checkpoint at `path`; the network arrives on `device` in the precision it was saved in.
pub fn load_checkpoint(path: &Path, device: &Device) -> Result<Checkpoint, CheckpointError> {
    let at = || path.to_path_buf();
    let bytes = fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CheckpointError::Missing { path: at() },
        _ => CheckpointError::Read { path: at(), source },
    })?;
    let file = parse(path, &bytes)?;
    let info = read_info(path, &bytes)?;
    let mut views: Vec<(&str, TensorView)> = file.iter().collect();
    views.sort_by_key(|(name, _)| *name);
    let found = fingerprint(&info, &views)
        .map_err(|source| CheckpointError::Metadata { path: at(), source })?;
    if found != info.sha256 {
        return Err(CheckpointError::Corrupted { path: at() });
    }
    let (mut state, mut momentum) = (Vec::new(), Vec::new());
    for (name, view) in views {
        let tensor =
            to_host(name, &view).map_err(|source| CheckpointError::State { path: at(), source })?;
        match name.strip_prefix(MOMENTUM_PREFIX) {
            Some(parameter) => momentum.push(NamedTensor {
                path: parameter.to_owned(),
                ..tensor
            }),
            None => state.push(tensor),
        }
    }
    let blank = info.net.blank(info.input, info.classes, device);
    let blank = blank.map_err(|source| CheckpointError::Model { path: at(), source })?;
    let mismatch = |source| CheckpointError::State { path: at(), source };
    check_momentum(&momentum, &state).map_err(mismatch)?;
    let net = load_state(blank, state, device).map_err(mismatch)?;
    Ok(Checkpoint {
        info,
        net,
        momentum,
    })
}

/// Every momentum buffer has the shape of the parameter it is named for.
fn check_momentum(momentum: &[NamedTensor], state: &[NamedTensor]) -> Result<(), StateError> {
    for NamedTensor { path, shape, .. } in momentum {
        match state.iter().find(|tensor| tensor.path == *path) {
            None => {
                return Err(StateError::Unexpected {
                    path: format!("{MOMENTUM_PREFIX}{path}"),
                });
            }
            Some(parameter) if parameter.shape != *shape => {
                let (path, found) = (format!("{MOMENTUM_PREFIX}{path}"), shape.clone());
                return Err(StateError::Shape {
                    path,
                    found,
                    wanted: parameter.shape.clone(),
                });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn parse<'a>(path: &Path, bytes: &'a [u8]) -> Result<SafeTensors<'a>, CheckpointError> {
    let path = path.to_path_buf();
    let length = bytes.len();
    let Some(announced) = bytes
        .first_chunk::<8>()
        .map(|head| u64::from_le_bytes(*head))
    else {
        return Err(CheckpointError::Length { path, length });
    };
    if announced <= LONGEST_HEADER && (length as u64) < 8 + announced {
        return Err(CheckpointError::Length { path, length });
    }
    SafeTensors::deserialize(bytes).map_err(|error| match error {
        SafeTensorError::MetadataIncompleteBuffer => CheckpointError::Length { path, length },
        other => CheckpointError::NotSafetensors {
            path,
            reason: other.to_string(),
        },
    })
}

fn read_info(path: &Path, bytes: &[u8]) -> Result<CheckpointInfo, CheckpointError> {
    let at = || path.to_path_buf();
    let (_, header) =
        SafeTensors::read_metadata(bytes).map_err(|error| CheckpointError::NotSafetensors {
            path: at(),
            reason: error.to_string(),
        })?;
    let json = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(METADATA_KEY));
    let json = json.ok_or_else(|| CheckpointError::Foreign { path: at() })?;
    let metadata = |source| CheckpointError::Metadata { path: at(), source };
    // The version first: another version's other fields need not parse.
    let value: serde_json::Value = serde_json::from_str(json).map_err(metadata)?;
    match value.get("format").and_then(serde_json::Value::as_u64) {
        Some(found) if found != u64::from(FORMAT_VERSION) => {
            Err(CheckpointError::Version { path: at(), found })
        }
        _ => serde_json::from_str(json).map_err(metadata),
    }
}

fn to_host(name: &str, view: &TensorView) -> Result<NamedTensor, StateError> {
    let dtype = match view.dtype() {
        Dtype::F32 => DType::F32,
        Dtype::F64 => DType::F64,
        other => {
            return Err(StateError::Precision {
                path: name.to_owned(),
                found: format!("{other:?}"),
            });
        }
    };
    let shape = view.shape().to_vec();
    let data = TensorData::from_bytes_vec(view.data().to_vec(), shape.clone(), dtype);
    Ok(NamedTensor {
        path: name.to_owned(),
        shape,
        data,
        is_buffer: is_buffer(name),
    })
}

impl CheckpointInfo {
    /// Checks that the checkpoint belongs to this network and these settings; names the first that differs.
    pub fn require(
        &self,
        path: &Path,
        net: &NetConfig,
        input: [usize; 3],
        classes: usize,
        config: &TrainConfig,
    ) -> Result<(), CheckpointError> {
        let json = |net: &NetConfig, input: [usize; 3], classes: usize, config: &TrainConfig| {
            serde_json::to_value((net, input, classes, config))
        };
        let metadata = |source| CheckpointError::Metadata {
            path: path.to_path_buf(),
            source,
        };
        let stored = json(&self.net, self.input, self.classes, &self.train).map_err(metadata)?;
        let wanted = json(net, input, classes, config).map_err(metadata)?;
        for (k, group) in ["net", "input", "classes", "train"].into_iter().enumerate() {
            if let Some((field, stored, wanted)) = difference(group, &stored[k], &wanted[k]) {
                return Err(CheckpointError::Settings {
                    path: path.to_path_buf(),
                    field,
                    stored,
                    wanted,
                });
            }
        }
        Ok(())
    }
}

/// The first entry in which two JSON values differ, with its dotted name and both values.
pub(crate) fn difference(
    name: &str,
    a: &serde_json::Value,
    b: &serde_json::Value,
) -> Option<(String, String, String)> {
    let null = &serde_json::Value::Null;
    if let (Some(left), Some(right)) = (a.as_object(), b.as_object()) {
        let keys = left.keys().chain(right.keys());
        // The name first: networks of two kinds differ in everything else as well.
        let mut keys: Vec<&String> = keys.collect();
        keys.sort_by_key(|key| key.as_str() != "name");
        let entry = |key: &String| {
            (
                left.get(key).unwrap_or(null),
                right.get(key).unwrap_or(null),
            )
        };
        return keys.into_iter().find_map(|key| {
            let (a, b) = entry(key);
            difference(&format!("{name}.{key}"), a, b)
        });
    }
    (a != b).then(|| (name.to_owned(), a.to_string(), b.to_string()))
}
