//! VGG11 with BatchNorm as torchvision's `vgg11_bn` has it.

use burn::{
    module::Module,
    tensor::{Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};

use crate::{
    batch_norm::BnMode,
    block::ConvBlock,
    describe::LayerInfo,
    error::ModelError,
    init::Init,
    layers::{Linear, adaptive_avg_pool},
    vgg11,
};

/// Rows and columns that the features are pooled to.
const POOLED: usize = 7;

/// Hidden layers of the classifier.
const HIDDEN_LAYERS: usize = 2;

/// Options of `vgg11-torchvision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vgg11TorchvisionConfig {
    /// Channels of the first convolution; the others have 2, 4 and 8 times as many.
    pub width: usize,
    /// Width of the two hidden layers of the classifier.
    pub hidden: usize,
}

impl Default for Vgg11TorchvisionConfig {
    /// torchvision's: 64 channels, hidden layers of 4096.
    fn default() -> Self {
        Self {
            width: vgg11::WIDTH,
            hidden: vgg11::HIDDEN,
        }
    }
}

/// torchvision's `vgg11_bn`: the convolutions of [`Vgg11`](crate::Vgg11), the means over 7x7 cells, two linear layers
/// with bias and ReLU, and a linear layer with bias.
///
/// torchvision drops half of the hidden layers' outputs while it trains. That is the identity when a network is
/// evaluated or measured, and it is left out here in training as well, so that a run stays a function of its seed.
///
/// Paths: `blocks.K.conv.*`, `blocks.K.norm.*`, `hidden.K.weight`, `hidden.K.bias`, `head.weight`, `head.bias`.
/// Initialisation, torchvision's: convolutions N(0, 2 / (9 out)), linear layers N(0, 0.01^2), BatchNorm 1 and 0, biases
/// 0. Images of at least 32x32.
#[derive(Module, Debug)]
pub struct Vgg11Torchvision {
    /// The convolutional blocks.
    pub blocks: Vec<ConvBlock>,
    /// The hidden layers of the classifier.
    pub hidden: Vec<Linear>,
    /// The last layer, to the logits.
    pub head: Linear,
}

impl Vgg11Torchvision {
    pub(crate) fn new(
        config: &Vgg11TorchvisionConfig,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let net = "vgg11-torchvision";
        for (field, width) in [("width", config.width), ("hidden", config.hidden)] {
            if width == 0 {
                return Err(ModelError::ZeroWidth { net, field });
            }
        }
        let blocks = vgg11::features(net, input, config.width, init)?;
        let channels = blocks
            .last()
            .map_or(input[0], |block| block.norm.channels());
        let mut features = channels * POOLED * POOLED;
        let mut hidden = Vec::with_capacity(HIDDEN_LAYERS);
        for _ in 0..HIDDEN_LAYERS {
            let layer = Linear::new(features, config.hidden, true, vgg11::LINEAR_STD, init);
            hidden.push(layer);
            features = config.hidden;
        }
        Ok(Self {
            blocks,
            hidden,
            head: Linear::new(features, classes, true, vgg11::LINEAR_STD, init),
        })
    }

    /// `[n, c, h, w]` to logits `[n, classes]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let x = self
            .blocks
            .iter()
            .fold(x, |x, block| block.forward(x, mode));
        let flat = adaptive_avg_pool(x, POOLED).flatten::<2>(1, 3);
        let x = self
            .hidden
            .iter()
            .fold(flat, |x, layer| relu(layer.forward(x)));
        self.head.forward(x)
    }

    pub(crate) fn describe(&self, input: [usize; 3]) -> Vec<LayerInfo> {
        let mut rows = Vec::new();
        let mut shape = input;
        for (k, block) in self.blocks.iter().enumerate() {
            shape = block.describe(&format!("blocks.{k}"), shape, &mut rows);
        }
        let pooled = [shape[0], POOLED, POOLED];
        rows.push(LayerInfo::new("blocks", "mean over 7x7 cells", &pooled, 0));
        for (k, layer) in self.hidden.iter().enumerate() {
            rows.push(LayerInfo::new(
                format!("hidden.{k}"),
                "linear, relu",
                &[layer.weight.dims()[1]],
                layer.num_params(),
            ));
        }
        self.head.describe("head", &mut rows);
        rows
    }
}
