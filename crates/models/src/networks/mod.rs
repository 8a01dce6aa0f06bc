//! The networks.
//!
//! To add one: write its file here, with its options ([`NetOptions`](architecture::NetOptions)) and its layers
//! ([`Architecture`](architecture::Architecture)), and give it a line in the [registry](registry).

mod architecture;
mod densenet40;
mod error;
mod init;
mod layer_table;
mod layers;
mod mlp;
mod network;
mod pytorch_names;
mod registry;
mod resnet18;
mod small_cnn;
mod vgg11;

pub use densenet40::{DenseLayer, DenseStage, Densenet40, Densenet40Config, NormConv};
pub use error::ModelError;
pub use layer_table::{Description, LayerInfo};
pub use layers::{
    batch_norm::{BatchNorm, BnMode, RUNNING_MOMENTUM},
    buffer::Buffer,
    conv::Conv,
    conv_norm::ConvNorm,
    linear::Linear,
};
pub use mlp::{Activation, Mlp, MlpConfig};
pub use network::Network;
pub use registry::{Body, NetConfig};
pub use resnet18::{BasicBlock, Resnet18, Resnet18Config, Resnet18Stem, Resnet18TorchvisionConfig};
pub use small_cnn::{SmallCnn, SmallCnnConfig};
pub use vgg11::{HiddenLayer, Vgg11, Vgg11Classifier, Vgg11Config, Vgg11TorchvisionConfig};
