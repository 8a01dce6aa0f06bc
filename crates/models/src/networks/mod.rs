//! The networks.
//!
//! To add one: write its file here, with its options ([`NetOptions`](architecture::NetOptions)) and its layers
//! ([`Architecture`](architecture::Architecture)), and give it a line in the [registry](registry).

pub mod architecture;
pub mod densenet40;
pub mod error;
pub mod init;
pub mod layer_table;
pub mod layers;
pub mod mlp;
pub mod network;
pub mod pytorch_names;
pub mod registry;
pub mod resnet18;
pub mod small_cnn;
pub mod vgg11;
