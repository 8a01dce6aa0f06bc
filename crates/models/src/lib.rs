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

mod checkpoint;
mod evaluation;
mod name_or_table;
mod networks;
pub mod pytorch;
mod search;
mod settings;
mod state;
mod training;

pub use checkpoint::{
    error::CheckpointError,
    files::{LAST_CHECKPOINT, checkpoint_path, list_checkpoints},
    format::FORMAT_VERSION,
    heal::heal_checkpoints,
    info::{CheckpointInfo, Provenance},
    load::{Checkpoint, load_checkpoint, read_checkpoint_info},
    save::CheckpointContent,
};
pub use evaluation::{
    batches::{BatchError, BatchSource, HostBatch, HostBatches},
    epoch::{EpochMetrics, EpochTiming},
    loss::cross_entropy,
    metrics::{Metrics, accuracy, evaluate},
};
pub use networks::{
    densenet40::{DenseLayer, DenseStage, Densenet40, Densenet40Config, NormConv},
    error::ModelError,
    layer_table::{Description, LayerInfo},
    layers::{
        batch_norm::{BatchNorm, BnMode},
        buffer::Buffer,
        conv::Conv,
        conv_norm::ConvNorm,
        linear::Linear,
    },
    mlp::{Activation, Mlp, MlpConfig},
    network::Network,
    registry::{Body, NetConfig},
    resnet18::{BasicBlock, Resnet18, Resnet18Config, Resnet18Stem, Resnet18TorchvisionConfig},
    small_cnn::{SmallCnn, SmallCnnConfig},
    vgg11::{HiddenLayer, Vgg11, Vgg11Classifier, Vgg11Config, Vgg11TorchvisionConfig},
};
pub use pytorch::{ExportError, ImportError, export_weights, import_weights, import_weights_f64};
pub use search::{
    error::SearchError,
    observer::SearchObserver,
    search::{Search, trial_folder},
    table::{Edge, SEARCH_TABLE, SearchTable, Trial},
};
pub use settings::{
    log_epochs::log_epochs,
    rate_grid::RateGrid,
    schedule::{SCHEDULE_NAMES, Schedule},
    setting_error::SettingError,
    train_config::TrainConfig,
};
pub use state::{NamedTensor, StateError, is_buffer, load_state, state_of};
pub use training::{
    error::TrainError,
    observer::{SilentObserver, TrainObserver},
    progress::Progress,
    sgd::Sgd,
    train::Training,
};
