//! Weights from PyTorch and to PyTorch.
//!
//! [`import_weights`] reads what `torch.save` writes (`.pt`, `.pth`: today's zip archive and the older stream of
//! pickles) and what `safetensors.torch.save_file` writes, told apart by their contents and not by their names. No code
//! in a pickle is ever run: its tensors are read and what is none is skipped. [`export_weights`] writes a
//! `.safetensors` file that `load_state_dict` takes strictly.
//!
//! # Names
//!
//! Each network is known by its own names, the paths of [`state_of`], and by those of the PyTorch
//! definitions it equals; a file is read by whichever fit it best. `resnet18-torchvision` and `vgg11-torchvision` are
//! written with torchvision's names, the others with their own.
//!
//! The options of each network ([`Vgg11Config`](crate::Vgg11Config) and its like) say which names those are.
//!
//! Wrappings are looked through: entries called `state_dict`, `model_state_dict`, `model`, `net`, `network` or
//! `weights`, alone or in one another, and the `module.` of `DataParallel` and `_orig_mod.` of `torch.compile` anywhere
//! in a name. What lies outside of the entry that holds the weights, an optimizer's state say, is not read, and neither
//! is `num_batches_tracked`. A module saved whole (`torch.save(model)`) is read as its `state_dict`.
//!
//! # Layouts and numbers
//!
//! PyTorch's linear weights are `[out, in]` and ours `[in, out]`, so they are transposed on the way; everything else has
//! one layout. float16, bfloat16, float32 and float64 are read. A network arrives in float32, rounded where the file
//! has float64, or in float64 by [`import_weights_f64`]. Options that are not weights (BatchNorm's epsilon 1e-5, the
//! strides) are those of the [`NetConfig`].
//!
//! # Files from elsewhere
//!
//! Files may be damaged or hostile: all that goes wrong is an [`ImportError`]. Names, shapes and types are checked before
//! numbers are read, and the pickle of an archive is refused where it claims more than 8 MiB. A `.safetensors` file is
//! held in memory as it is read. In the formats before PyTorch 1.6 the pickle is as long as the file lets it be, and
//! parsing it can take some 85 times its length of memory.

mod archive;
mod error;
mod export;
mod select;
mod source;
mod values;

use std::path::Path;

use burn::tensor::{Device, FloatDType};

use crate::{
    networks::{network::Network, registry::NetConfig},
    state::{NamedTensor, is_buffer, load_state, state_of},
};

pub use error::{ExportError, ImportError, Names};
pub use export::export_weights;

/// The network `config` for images of shape `input` (channels, height, width) with the weights of the PyTorch or
/// safetensors file at `path`, on `device` in float32.
pub fn import_weights(
    path: &Path,
    config: &NetConfig,
    input: [usize; 3],
    classes: usize,
    device: &Device,
) -> Result<Network, ImportError> {
    import(path, config, input, classes, device, FloatDType::F32)
}

/// [`import_weights`] in float64, which keeps every bit of any file.
pub fn import_weights_f64(
    path: &Path,
    config: &NetConfig,
    input: [usize; 3],
    classes: usize,
    device: &Device,
) -> Result<Network, ImportError> {
    import(path, config, input, classes, device, FloatDType::F64)
}

fn import(
    path: &Path,
    config: &NetConfig,
    input: [usize; 3],
    classes: usize,
    device: &Device,
    precision: FloatDType,
) -> Result<Network, ImportError> {
    let source = source::open(path)?;
    let blank = config.blank(input, classes, device)?;
    let wanted = select::wanted(&blank);
    // Names, shapes and types are settled before any number is read, so that nothing larger than the network ever is.
    let chosen = select::choose(path, config, &wanted, &source)?;
    let mut state = Vec::with_capacity(wanted.len());
    for (target, entry) in wanted.into_iter().zip(&chosen) {
        let bytes = source.read(path, entry)?;
        let data =
            values::to_host(bytes, entry, precision).ok_or_else(|| ImportError::NotFinite {
                path: path.to_path_buf(),
                key: entry.key.clone(),
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
