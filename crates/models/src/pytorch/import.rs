//! Weights from a file that PyTorch wrote.

use std::path::Path;

use burn::tensor::{Device, FloatDType};

use super::{error::ImportError, select, source, values};
use crate::{
    networks::{NetConfig, Network},
    state::{NamedTensor, is_buffer, load_state},
};

/// How weights are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImportOptions {
    /// float32, rounded where the file has float64, or float64, which keeps every bit of any file.
    pub precision: FloatDType,
    /// Whether tensors of the file that the network has no place for are passed over.
    pub allow_extra: bool,
}

impl Default for ImportOptions {
    /// float32, and no extra tensors.
    fn default() -> Self {
        Self {
            precision: FloatDType::F32,
            allow_extra: false,
        }
    }
}

/// The network `config` for images of shape `input` (channels, height, width) with the weights of the PyTorch or
/// safetensors file at `path`, on `device` in float32.
pub fn import_weights(
    path: &Path,
    config: &NetConfig,
    input: [usize; 3],
    classes: usize,
    device: &Device,
) -> Result<Network, ImportError> {
    let options = ImportOptions::default();
    import_weights_with(path, config, input, classes, device, options)
}

/// [`import_weights`] in float64, which keeps every bit of any file.
pub fn import_weights_f64(
    path: &Path,
    config: &NetConfig,
    input: [usize; 3],
    classes: usize,
    device: &Device,
) -> Result<Network, ImportError> {
    let options = ImportOptions {
        precision: FloatDType::F64,
        ..ImportOptions::default()
    };
    import_weights_with(path, config, input, classes, device, options)
}

/// [`import_weights`] with options.
pub fn import_weights_with(
    path: &Path,
    config: &NetConfig,
    input: [usize; 3],
    classes: usize,
    device: &Device,
    options: ImportOptions,
) -> Result<Network, ImportError> {
    let mut source = source::open(path)?;
    let blank = config.blank(input, classes, device)?;
    let wanted = select::wanted(&blank);
    // Names, shapes and types are settled before any number is read, so that nothing larger than the network ever is.
    let chosen = select::choose(path, config, &wanted, &source, options.allow_extra)?;
    let mut state = Vec::with_capacity(wanted.len());
    for (target, entry) in wanted.into_iter().zip(&chosen) {
        let bytes = source.read(path, entry)?;
        let data = values::to_host(bytes, entry, options.precision).ok_or_else(|| {
            ImportError::NotFinite {
                path: path.to_path_buf(),
                key: entry.key.clone(),
            }
        })?;
        state.push(NamedTensor {
            is_buffer: is_buffer(&target.path),
            shape: data.shape().to_vec(),
            path: target.path,
            data,
        });
    }
    load_state(blank, state, device).map_err(|source| ImportError::State {
        path: path.to_path_buf(),
        source,
    })
}
