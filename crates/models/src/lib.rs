//! The image classifiers hesscope measures, their initialisation, training and checkpoints, on Burn.
//!
//! A [`NetConfig`] names a network and its options; [`NetConfig::init`] turns it into a [`Network`] for an input shape
//! and a number of classes. [`Training::run`] trains it by stochastic gradient descent, saving checkpoints from which a
//! killed run continues exactly. Data come in through [`BatchSource`], which the caller implements. [`pytorch`] reads
//! weights that PyTorch saved and writes them for it.
//!
//! # Parameter names and layouts
//!
//! Every parameter has a stable dotted path such as `blocks.0.conv.weight` or `head.bias`. Convolution weights are
//! `[out, in, k, k]` as in PyTorch. Linear weights are `[in, out]`, Burn's layout: the transpose of PyTorch's.
//! BatchNorm layers hold `weight`, `bias`, `running_mean` and `running_var`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod captured;
mod checkpoint;
mod evaluation;
mod name_or_table;
mod networks;
pub mod pytorch;
mod search;
mod settings;
mod state;
mod training;

pub use checkpoint::*;
pub use evaluation::*;
pub use networks::*;
pub use pytorch::{
    ExportError, ImportError, ImportOptions, export_weights, import_weights, import_weights_f64,
    import_weights_with,
};
pub use search::*;
pub use settings::*;
pub use state::{NamedTensor, StateError, is_buffer, load_state, state_of};
pub use training::*;
