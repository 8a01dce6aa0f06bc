//! Weights from PyTorch and to PyTorch.
//!
//! [`import_weights`] reads what `torch.save` writes (`.pt`, `.pth`: today's zip archive and the older stream of
//! pickles) and what `safetensors.torch.save_file` writes, told apart by their contents and not by their names. No code
//! in a pickle is ever run: its tensors are read, and what is none is passed over, objects of any kind among it.
//! [`export_weights`] writes a `.safetensors` file that `load_state_dict` takes strictly.
//!
//! # Names
//!
//! Each network is known by its own names, the paths of [`state_of`](crate::state_of), and by those of the PyTorch
//! definitions it equals; a file is read by whichever fit it best. The options of each network
//! ([`Vgg11Config`](crate::Vgg11Config) and its like) say which names those are. `resnet18-torchvision` and
//! `vgg11-torchvision` are written with torchvision's names, the others with their own.
//!
//! Wrappings are looked through: entries called `state_dict`, `model_state_dict`, `model`, `net`, `network` or
//! `weights`, alone or in one another, and the `module.` of `DataParallel` and `_orig_mod.` of `torch.compile` anywhere
//! in a name. What lies outside of the entry that holds the weights, an optimizer's state say, is not read, and neither
//! are counters (`num_batches_tracked`, `total_ops`, `total_params`), `_extra_state`, and what is no plain tensor, such as
//! a sparse, quantized or complex one. Another tensor beside the weights is an error unless
//! [`ImportOptions::allow_extra`] is set. A module saved whole (`torch.save(model)`) is read as its `state_dict`.
//!
//! # Layouts and numbers
//!
//! PyTorch's linear weights are `[out, in]` and ours `[in, out]`, so they are transposed on the way; everything else has
//! one layout. float16, bfloat16, float32 and float64 are read. A network arrives in float32, rounded where the file
//! has float64, or in float64 by [`import_weights_f64`]. Options that are not weights (BatchNorm's epsilon 1e-5, the
//! strides) are those of the [`NetConfig`](crate::NetConfig).
//!
//! # Files from elsewhere
//!
//! Files may be damaged or hostile: all that goes wrong is an [`ImportError`]. Names, shapes and types are checked before
//! numbers are read, and a pickle of more than 8 MiB is refused, since parsing it can take some 85 times its length of
//! memory. A `.safetensors` file is held in memory as it is read.

mod container;
mod element;
mod error;
mod export;
mod import;
mod pickle;
mod select;
mod source;
mod tensors;
mod values;

pub use error::{ExportError, ImportError, Names};
pub use export::export_weights;
pub use import::{ImportOptions, import_weights, import_weights_f64, import_weights_with};
