//! Weights in a file that PyTorch reads.

use std::{collections::HashMap, io, path::Path};

use burn::tensor::DType;
use safetensors::{Dtype, tensor::TensorView};

use super::{error::ExportError, values};
use crate::{
    networks::Network,
    state::{NamedTensor, state_of},
};

/// Writes the parameters and running statistics of `net` to the `.safetensors` file at `path`, whole or not at all, with
/// PyTorch's names and layouts (see the [module](crate::pytorch)) in the network's own precision.
///
/// `safetensors.torch.load_file` reads it and `load_state_dict` takes what that gives.
pub fn export_weights(net: &Network, path: &Path) -> Result<(), ExportError> {
    // torch.load would be given a file by the name of another format.
    if path.extension().is_none_or(|end| end != "safetensors") {
        return Err(ExportError::Extension {
            path: path.to_path_buf(),
        });
    }
    let state = pytorch_state(net);
    let mut views = Vec::with_capacity(state.len());
    for tensor in &state {
        let dtype = match tensor.data.dtype() {
            DType::F32 => Dtype::F32,
            DType::F64 => Dtype::F64,
            other => {
                return Err(ExportError::Precision {
                    key: tensor.path.clone(),
                    found: format!("{other:?}"),
                });
            }
        };
        let view = TensorView::new(dtype, tensor.shape.clone(), tensor.data.as_bytes());
        views.push((tensor.path.as_str(), view.map_err(|e| failed(path, e))?));
    }
    // The mark that readers of other frameworks' files look for.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|e| failed(path, e))?;
    hesscope_files::write_bytes(path, &bytes).map_err(|source| ExportError::Write {
        path: path.to_path_buf(),
        source,
    })
}

fn failed(path: &Path, error: safetensors::SafeTensorError) -> ExportError {
    ExportError::Write {
        path: path.to_path_buf(),
        source: io::Error::other(error),
    }
}

/// The tensors of a network by their PyTorch names, in PyTorch's layouts.
fn pytorch_state(net: &Network) -> Vec<NamedTensor> {
    let names = net.config().pytorch_names();
    let name = |path: &str| match names.first() {
        Some(written) => written(path),
        None => path.to_owned(),
    };
    let tensors = state_of(net).into_iter();
    tensors
        .map(|tensor| {
            let data = values::to_pytorch(tensor.data);
            NamedTensor {
                path: name(&tensor.path),
                shape: data.shape().to_vec(),
                data,
                is_buffer: tensor.is_buffer,
            }
        })
        .collect()
}
