//! A model from a file in place of one of hesscope's own networks.

use serde::{Serialize, Serializer};
use serde_with::skip_serializing_none;

use super::value::SettingsPath;

/// A model from a file in place of one of hesscope's own networks.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ModelOptions {
    /// ONNX model to measure in place of one of hesscope's own networks, as it is; see `hesscope model`
    /// [default: the network of --net]
    #[arg(long, value_name = "FILE.onnx", conflicts_with = "net")]
    model: Option<SettingsPath>,
    /// Input of the model that the data go to [default: the only one]
    #[arg(long, value_name = "NAME", requires = "model")]
    input: Option<String>,
    /// Output of the model with the logits [default: the first]
    #[arg(long, value_name = "NAME", requires = "model")]
    output: Option<String>,
    /// Tensors of the model that are its parameters: names or patterns such as `layer4.*`, separated by commas
    /// [default: all that were trained, as far as the file tells]
    #[arg(
        long,
        value_name = "PATTERNS",
        value_delimiter = ',',
        requires = "model"
    )]
    parameters: Option<Vec<String>>,
    /// Parameters of the model that are held fixed: names or patterns, separated by commas [default: none]
    #[arg(
        long,
        value_name = "PATTERNS",
        value_delimiter = ',',
        requires = "model"
    )]
    frozen: Option<Vec<String>>,
}

/// The value of the setting `net`.
#[skip_serializing_none]
#[derive(Serialize)]
struct Net<'a> {
    onnx: &'a SettingsPath,
    input: &'a Option<String>,
    output: &'a Option<String>,
    parameters: &'a Option<Vec<String>>,
    frozen: &'a Option<Vec<String>>,
}

/// The settings that the options lead to: none, or `net`.
#[skip_serializing_none]
#[derive(Serialize)]
struct Settings<'a> {
    net: Option<Net<'a>>,
}

impl Serialize for ModelOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let net = self.model.as_ref().map(|onnx| Net {
            onnx,
            input: &self.input,
            output: &self.output,
            parameters: &self.parameters,
            frozen: &self.frozen,
        });
        Settings { net }.serialize(serializer)
    }
}
