//! Reading and checking checkpoints.

use std::{fmt::Display, fs, io, path::Path};

use burn::tensor::{DType, Device, TensorData};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::Value;

use super::{
    error::CheckpointError,
    files::epoch_in_name,
    format::{FORMAT_VERSION, METADATA_KEY, MOMENTUM_PREFIX, content_sha256},
    info::CheckpointInfo,
};
use crate::{
    networks::{ModelError, Network},
    state::{NamedTensor, StateError, is_buffer, load_state},
};

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

/// Reads and checks the checkpoint at `path`; the network arrives on `device` in the precision it was saved in.
///
/// Whether it comes from the run and the data at hand is for [`CheckpointInfo::check`] to say.
///
/// # Errors
///
/// [`CheckpointError::Damaged`] wherever the file is not as it was written, [`CheckpointError::OtherEpoch`] where it is
/// named for another epoch than it holds.
pub fn load_checkpoint(path: &Path, device: &Device) -> Result<Checkpoint, CheckpointError> {
    let bytes = read(path)?;
    let (info, tensors) = verify(path, &bytes)?;
    let (mut state, mut momentum) = (Vec::new(), Vec::new());
    for (name, view) in tensors {
        let tensor = to_host(&name, &view).map_err(|error| damaged(path, error))?;
        match name.strip_prefix(MOMENTUM_PREFIX) {
            Some(parameter) => momentum.push(NamedTensor {
                path: parameter.to_owned(),
                ..tensor
            }),
            None => state.push(tensor),
        }
    }
    // The options may ask for any number of parameters, and the file has so many.
    let held = state.iter().map(|tensor| tensor.data.num_elements()).sum();
    let counted = info.net.count(info.input, info.classes, held);
    counted.map_err(|error| match error {
        ModelError::TooLarge { .. } => damaged(path, "it lacks numbers that its network has"),
        other => damaged(path, other),
    })?;
    let blank = info.net.blank(info.input, info.classes, device);
    let blank = blank.map_err(|error| damaged(path, error))?;
    check_momentum(&momentum, &state).map_err(|error| damaged(path, error))?;
    let net = load_state(blank, state, device).map_err(|error| damaged(path, error))?;
    Ok(Checkpoint {
        info,
        net,
        momentum,
    })
}

/// What the checkpoint at `path` says of itself, its identity [`sha256`](CheckpointInfo::sha256) among it, once the whole
/// file is checked; cheaper than [`load_checkpoint`], for no network is built.
///
/// # Errors
///
/// Those of [`load_checkpoint`].
pub fn read_checkpoint_info(path: &Path) -> Result<CheckpointInfo, CheckpointError> {
    verify(path, &read(path)?).map(|(info, _)| info)
}

/// The bytes of the file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    let path = path.to_path_buf();
    fs::read(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CheckpointError::Missing { path },
        _ => CheckpointError::Read { path, source },
    })
}

/// The tensors of a checkpoint by name, ascending.
type Views<'a> = Vec<(String, TensorView<'a>)>;

/// The metadata and the tensors of a file that is as it was written.
pub(crate) fn verify<'a>(
    path: &Path,
    bytes: &'a [u8],
) -> Result<(CheckpointInfo, Views<'a>), CheckpointError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| damaged(path, error))?;
    let mut views: Views = file.tensors();
    views.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(path, error))?;
    let metadata = header.metadata().as_ref();
    let (sha256, json) = metadata
        .and_then(|metadata| metadata.get(METADATA_KEY)?.split_once(' '))
        .ok_or_else(|| damaged(path, "its metadata are none of hesscope"))?;
    if content_sha256(json, &views) != sha256 {
        return Err(damaged(path, "its SHA-256 does not match its content"));
    }
    // The version first: another version's other fields need not parse.
    let value: Value = serde_json::from_str(json).map_err(|error| damaged(path, error))?;
    let format = value.get("format").and_then(Value::as_u64);
    if let Some(found) = format.filter(|&found| found != u64::from(FORMAT_VERSION)) {
        return Err(CheckpointError::Version {
            path: path.to_path_buf(),
            found,
            known: FORMAT_VERSION,
        });
    }
    let mut info: CheckpointInfo =
        serde_json::from_value(value).map_err(|error| damaged(path, error))?;
    info.sha256 = sha256.to_owned();
    match epoch_in_name(path) {
        Some(named) if named != info.epoch => Err(CheckpointError::OtherEpoch {
            path: path.to_path_buf(),
            found: info.epoch,
            named,
        }),
        _ => Ok((info, views)),
    }
}

fn damaged(path: &Path, reason: impl Display) -> CheckpointError {
    CheckpointError::Damaged {
        path: path.to_path_buf(),
        reason: reason.to_string(),
    }
}

/// Every momentum buffer has the shape of the parameter it is named for.
fn check_momentum(momentum: &[NamedTensor], state: &[NamedTensor]) -> Result<(), StateError> {
    for NamedTensor { path, shape, .. } in momentum {
        let buffer = || format!("{MOMENTUM_PREFIX}{path}");
        match state.iter().find(|tensor| tensor.path == *path) {
            None => return Err(StateError::Unexpected { path: buffer() }),
            Some(parameter) if parameter.shape != *shape => {
                return Err(StateError::Shape {
                    path: buffer(),
                    found: shape.clone(),
                    wanted: parameter.shape.clone(),
                });
            }
            Some(_) => {}
        }
    }
    Ok(())
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
