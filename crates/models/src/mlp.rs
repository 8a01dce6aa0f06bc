//! A multi-layer perceptron.

use burn::{
    module::Module,
    tensor::{
        Tensor,
        activation::{relu, tanh},
    },
};
use serde::{Deserialize, Serialize};

use crate::{describe::LayerInfo, error::ModelError, init::Init, layers::Linear};

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

impl Mlp {
    pub(crate) fn new(
        config: &MlpConfig,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        if config.hidden.contains(&0) {
            return Err(ModelError::ZeroWidth {
                net: "mlp",
                field: "hidden",
            });
        }
        let mut inputs = input.iter().product::<usize>();
        let mut hidden = Vec::with_capacity(config.hidden.len());
        for &width in &config.hidden {
            let std = (config.activation.gain() / inputs as f64).sqrt();
            hidden.push(Linear::new(inputs, width, true, std, init));
            inputs = width;
        }
        let head = Linear::new(inputs, classes, true, (1.0 / inputs as f64).sqrt(), init);
        Ok(Self {
            hidden,
            head,
            activation: config.activation,
        })
    }

    /// `[n, c, h, w]` to logits `[n, classes]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let flat = x.flatten::<2>(1, 3);
        let x = self
            .hidden
            .iter()
            .fold(flat, |x, layer| self.activation.apply(layer.forward(x)));
        self.head.forward(x)
    }

    pub(crate) fn describe(&self) -> Vec<LayerInfo> {
        let kind = format!("linear, {}", self.activation.name());
        let row = |(k, layer): (usize, &Linear)| {
            let width = layer.weight.dims()[1];
            LayerInfo::new(
                format!("hidden.{k}"),
                kind.as_str(),
                &[width],
                layer.num_params(),
            )
        };
        let mut rows: Vec<_> = self.hidden.iter().enumerate().map(row).collect();
        rows.push(LayerInfo::new(
            "head",
            "linear",
            &[self.head.weight.dims()[1]],
            self.head.num_params(),
        ));
        rows
    }
}
