//! A multi-layer perceptron.

use burn::{
    module::Module,
    tensor::{
        Tensor,
        activation::{relu, tanh},
    },
};
use serde::{Deserialize, Serialize};

use super::{
    architecture::{Architecture, NetOptions},
    error::{ModelError, check_widths},
    init::Init,
    layer_table::LayerTable,
    layers::{batch_norm::BnMode, linear::Linear},
};

/// The function between linear layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// Hyperbolic tangent: smooth, so that H has no kinks.
    Tanh,
    /// max(0, x).
    #[default]
    Relu,
}

impl Activation {
    fn apply(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Tanh => tanh(x),
            Self::Relu => relu(x),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tanh => "tanh",
            Self::Relu => "relu",
        }
    }

    /// Variance of a weight times its fan-in that keeps the signal's scale: He's 2 for relu, LeCun's 1 for tanh.
    fn gain(self) -> f64 {
        match self {
            Self::Tanh => 1.0,
            Self::Relu => 2.0,
        }
    }
}

/// Options of `mlp`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct MlpConfig {
    /// Widths of the hidden layers, first to last; none makes it a linear classifier.
    pub hidden: Vec<usize>,
    /// The function after each hidden layer.
    pub activation: Activation,
}

impl Default for MlpConfig {
    /// One hidden layer of 64, relu.
    fn default() -> Self {
        Self {
            hidden: vec![64],
            activation: Activation::default(),
        }
    }
}

/// Flatten, then linear layers with a bias and an activation after each but the last.
///
/// Paths: `hidden.K.weight`, `hidden.K.bias`, `head.weight`, `head.bias`. Initialisation: hidden weights
/// N(0, gain / in), gain 2 for relu and 1 for tanh; head N(0, 1 / in); biases 0.
#[derive(Module, Debug)]
pub struct Mlp {
    /// The hidden layers.
    pub hidden: Vec<Linear>,
    /// The last layer, to the logits.
    pub head: Linear,
    /// The function between them.
    #[module(skip)]
    pub activation: Activation,
}

impl NetOptions for MlpConfig {
    type Layers = Mlp;

    fn build(&self, input: [usize; 3], classes: usize, init: &mut Init) -> Result<Mlp, ModelError> {
        check_widths("mlp", "hidden", &self.hidden)?;
        let mut inputs = input.iter().product::<usize>();
        let mut hidden = Vec::with_capacity(self.hidden.len());
        for &width in &self.hidden {
            let std = (self.activation.gain() / inputs as f64).sqrt();
            hidden.push(Linear::new(inputs, width, std, init)?);
            inputs = width;
        }
        Ok(Mlp {
            hidden,
            head: Linear::new(inputs, classes, (1.0 / inputs as f64).sqrt(), init)?,
            activation: self.activation,
        })
    }
}

impl Architecture for Mlp {
    fn forward(&self, x: Tensor<4>, _mode: BnMode) -> Tensor<2> {
        let mut x = x.flatten::<2>(1, 3);
        for layer in &self.hidden {
            x = self.activation.apply(layer.forward(x));
        }
        self.head.forward(x)
    }

    fn describe(&self, table: &mut LayerTable) {
        let kind = format!("linear, {}", self.activation.name());
        for (k, layer) in self.hidden.iter().enumerate() {
            layer.describe(format!("hidden.{k}"), &kind, table);
        }
        self.head.describe("head", "linear", table);
    }

    fn head(&self) -> &Linear {
        &self.head
    }
}
