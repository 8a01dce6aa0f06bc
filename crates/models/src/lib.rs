//! The image classifiers hesscope measures, their initialisation, training and checkpoints, on Burn.
//!
//! A [`NetConfig`] names a network and its options; [`NetConfig::init`] turns it into a [`Network`] for an input shape
//! and a number of classes. [`train`](train()) trains it by stochastic gradient descent, saving checkpoints from which
//! a killed run continues exactly. Data come in through [`BatchSource`], which the caller implements. [`pytorch`] reads
//! weights that PyTorch saved and writes them for it.
//!
//! # Parameter names and layouts
//!
//! Every parameter has a stable dotted path such as `blocks.0.conv.weight` or `head.bias`. Convolution weights are
//! `[out, in, k, k]` as in PyTorch. Linear weights are `[in, out]`, Burn's layout: the transpose of PyTorch's.
//! BatchNorm layers hold `weight`, `bias`, `running_mean` and `running_var`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod batch_norm;
mod block;
mod buffer;
mod checkpoint;
mod config;
mod data;
mod densenet40;
mod describe;
mod error;
mod init;
mod layers;
mod log_epochs;
mod loss;
mod mlp;
mod network;
mod progress;
pub mod pytorch;
mod rate_grid;
mod resnet18;
mod schedule;
mod search;
mod search_table;
mod sgd;
mod small_cnn;
mod state;
mod train;
mod train_config;
mod vgg11;
mod vgg11_torchvision;
mod whole_file;

pub use batch_norm::{BatchNorm, BnMode};
pub use buffer::Buffer;
pub use checkpoint::{
    Checkpoint, CheckpointError, CheckpointInfo, FORMAT_VERSION, LAST_CHECKPOINT, checkpoint_path,
    list_checkpoints, load_checkpoint, save_checkpoint,
};
pub use config::{NET_NAMES, NetConfig};
pub use data::{BatchError, BatchSource, HostBatch, HostBatches};
pub use densenet40::{DenseLayer, DenseStage, Densenet40, Densenet40Config, NormConv};
pub use describe::{Description, LayerInfo};
pub use error::ModelError;
pub use log_epochs::log_epochs;
pub use loss::{Metrics, accuracy, cross_entropy, evaluate};
pub use mlp::{Activation, Mlp, MlpConfig};
pub use network::{Body, Network};
pub use progress::{EpochMetrics, EpochTiming, Progress};
pub use pytorch::{ExportError, ImportError, export_weights, import_weights, import_weights_f64};
pub use rate_grid::RateGrid;
pub use resnet18::{
    BasicBlock, ConvNorm, Resnet18, Resnet18Config, Resnet18Stem, Resnet18TorchvisionConfig,
};
pub use schedule::{SCHEDULE_NAMES, Schedule};
pub use search::{Search, SearchError, SearchObserver, trial_folder};
pub use search_table::{Edge, SEARCH_TABLE, SearchTable, Trial};
pub use sgd::Sgd;
pub use small_cnn::{SmallCnn, SmallCnnConfig};
pub use state::{NamedTensor, StateError, is_buffer, load_state, state_of};
pub use train::{SilentObserver, TrainError, TrainObserver, train};
pub use train_config::TrainConfig;
pub use vgg11::{Vgg11, Vgg11Classifier, Vgg11Config};
pub use vgg11_torchvision::{Vgg11Torchvision, Vgg11TorchvisionConfig};
