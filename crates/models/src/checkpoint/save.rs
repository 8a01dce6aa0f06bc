//! Writing checkpoints.

use std::{collections::HashMap, io, path::Path};

use burn::tensor::DType;
use safetensors::{Dtype, tensor::TensorView};

use super::{
    error::CheckpointError,
    format::{FORMAT_VERSION, METADATA_KEY, MOMENTUM_PREFIX, content_sha256},
    info::{CheckpointInfo, Provenance},
};
use crate::{
    evaluation::EpochMetrics,
    networks::Network,
    settings::TrainConfig,
    state::{NamedTensor, state_of},
};

/// What a checkpoint is made of.
#[derive(Debug, Clone)]
pub struct CheckpointContent<'a> {
    /// Epochs done.
    pub epoch: usize,
    /// The network.
    pub net: &'a Network,
    /// The momentum buffers by parameter path.
    pub momentum: Vec<NamedTensor>,
    /// The settings of the training.
    pub config: &'a TrainConfig,
    /// The metrics of every epoch done, epoch 0 first.
    pub history: &'a [EpochMetrics],
    /// The run and the data.
    pub provenance: &'a Provenance,
}

impl CheckpointContent<'_> {
    /// Writes the same checkpoint to each of `paths` in turn, each whole or not at all.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Write`] with the file at which it ended.
    pub fn save(self, paths: &[&Path]) -> Result<(), CheckpointError> {
        let encoded = self.encode();
        for path in paths {
            let written = match &encoded {
                Ok(bytes) => hesscope_files::write_bytes(path, bytes),
                Err(error) => Err(io::Error::other(error.to_string())),
            };
            written.map_err(|source| CheckpointError::Write {
                path: path.to_path_buf(),
                source,
            })?;
        }
        Ok(())
    }

    fn encode(self) -> io::Result<Vec<u8>> {
        let mut tensors = state_of(self.net);
        for mut buffer in self.momentum {
            buffer.path.insert_str(0, MOMENTUM_PREFIX);
            tensors.push(buffer);
        }
        tensors.sort_by(|a, b| a.path.cmp(&b.path));
        let views = tensors.iter().map(|tensor| {
            let dtype = match tensor.data.dtype() {
                DType::F64 => Dtype::F64,
                _ => Dtype::F32,
            };
            TensorView::new(dtype, tensor.shape.clone(), tensor.data.as_bytes())
                .map(|view| (tensor.path.as_str(), view))
        });
        let views: Vec<(&str, TensorView)> =
            views.collect::<Result<_, _>>().map_err(io::Error::other)?;
        let json = serde_json::to_string(&CheckpointInfo {
            format: FORMAT_VERSION,
            epoch: self.epoch,
            provenance: self.provenance.clone(),
            net: self.net.config().clone(),
            input: self.net.input(),
            classes: self.net.classes(),
            train: self.config.clone(),
            history: self.history.to_vec(),
            sha256: String::new(),
        })?;
        let sealed = format!("{} {json}", content_sha256(&json, &views));
        // One key only: the order of several in the file would be that of a hash map.
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), sealed)]);
        safetensors::serialize(views, Some(metadata)).map_err(io::Error::other)
    }
}
