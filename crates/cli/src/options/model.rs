//! A model from a file in place of one of hesscope's own networks.

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::value::SettingsPath;

/// A model from a file in place of one of hesscope's own networks: the table `net`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
pub struct ModelOptions {
    /// ONNX model to measure in place of one of hesscope's own networks, as it is; see `hesscope model`
    /// [default: the network of --net]
    #[arg(long, value_name = "FILE.onnx", conflicts_with = "net")]
    #[serde(rename = "onnx")]
    model: Option<SettingsPath>,
    /// Input of the model that the data go to [default: the only one]
    #[arg(long, value_name = "NAME", requires = "model")]
    input: Option<String>,
    /// Output of the model with the logits [default: the first]
    #[arg(long, value_name = "NAME", requires = "model")]
    output: Option<String>,
    /// Tensors of the model that are its parameters: names or patterns such as `layer4.*`, separated by commas
    /// [default: all that were trained, as far as the file tells]
    #[arg(long, value_name = "PATTERNS", requires = "model")]
    parameters: Option<Vec<String>>,
    /// Parameters of the model that are held fixed: names or patterns, separated by commas [default: none]
    #[arg(long, value_name = "PATTERNS", requires = "model")]
    frozen: Option<Vec<String>>,
}

impl ModelOptions {
    /// Whether the network is one of hesscope's own.
    pub fn are_absent(&self) -> bool {
        self.model.is_none()
    }
}
