//! The network that is studied, wherever it comes from.

mod fitted;
mod info;
mod one_hot;
mod onnx;
mod studied;

pub use info::ModelInfo;
pub use onnx::OnnxModel;
pub use studied::Model;
