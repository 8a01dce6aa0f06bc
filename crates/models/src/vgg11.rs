//! VGG11 with BatchNorm (Simonyan and Zisserman 2015), in the form the papers' released code uses.

use burn::{module::Module, tensor::Tensor};
use serde::{Deserialize, Serialize};

use crate::{
    batch_norm::BnMode,
    block::{ConvBlock, DenseBlock},
    describe::LayerInfo,
    error::ModelError,
    init::Init,
    layers::Linear,
};

/// Output channels of the eight convolutions and whether max-pooling follows.
const FEATURES: [(usize, bool); 8] = [
    (64, true),
    (128, true),
    (256, false),
    (256, true),
    (512, false),
    (512, true),
    (512, false),
    (512, true),
];

/// Width of the two hidden layers of the full classifier.
const HIDDEN: usize = 4096;

/// Standard deviation of the linear layers' initial weights.
const LINEAR_STD: f64 = 0.01;

/// What follows the convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vgg11Classifier {
    /// Two linear layers of width 4096 without bias, each with BatchNorm and ReLU, then a linear layer with bias.
    #[default]
    Full,
    /// One linear layer with bias.
    Plain,
}

/// Options of `vgg11`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vgg11Config {
    /// What follows the convolutions.
    pub classifier: Vgg11Classifier,
}

/// VGG11: eight 3x3 convolutions with bias, each with BatchNorm and ReLU, five max-poolings, and the classifier.
///
/// Paths: `blocks.K.conv.*`, `blocks.K.norm.*`, `hidden.K.linear.weight`, `hidden.K.norm.*` (full classifier only),
/// `head.weight`, `head.bias`. Initialisation: convolutions N(0, 2 / (9 out)), linear layers N(0, 0.01^2), BatchNorm 1
/// and 0, biases 0. Images of at least 32x32.
#[derive(Module, Debug)]
pub struct Vgg11 {
    /// The convolutional blocks.
    pub blocks: Vec<ConvBlock>,
    /// The hidden layers of the full classifier.
    pub hidden: Vec<DenseBlock>,
    /// The last layer, to the logits.
    pub head: Linear,
}

impl Vgg11 {
    pub(crate) fn new(
        config: &Vgg11Config,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let [mut channels, height, width] = input;
        if height < 32 || width < 32 {
            return Err(ModelError::InputTooSmall {
                net: "vgg11",
                minimum: 32,
                height,
                width,
            });
        }
        let mut blocks = Vec::with_capacity(FEATURES.len());
        for (outputs, pool) in FEATURES {
            blocks.push(ConvBlock::new(channels, outputs, true, pool, init));
            channels = outputs;
        }
        let mut features = channels * (height / 32) * (width / 32);
        let mut hidden = Vec::new();
        if config.classifier == Vgg11Classifier::Full {
            hidden.push(DenseBlock::new(features, HIDDEN, LINEAR_STD, init));
            hidden.push(DenseBlock::new(HIDDEN, HIDDEN, LINEAR_STD, init));
            features = HIDDEN;
        }
        let head = Linear::new(features, classes, true, LINEAR_STD, init);
        Ok(Self {
            blocks,
            hidden,
            head,
        })
    }

    /// `[n, c, h, w]` to logits `[n, classes]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let x = self
            .blocks
            .iter()
            .fold(x, |x, block| block.forward(x, mode));
        let flat = x.flatten::<2>(1, 3);
        let x = self
            .hidden
            .iter()
            .fold(flat, |x, block| block.forward(x, mode));
        self.head.forward(x)
    }

    pub(crate) fn describe(&self, input: [usize; 3]) -> Vec<LayerInfo> {
        let mut rows = Vec::new();
        let mut shape = input;
        for (k, block) in self.blocks.iter().enumerate() {
            shape = block.describe(&format!("blocks.{k}"), shape, &mut rows);
        }
        for (k, block) in self.hidden.iter().enumerate() {
            block.describe(&format!("hidden.{k}"), &mut rows);
        }
        rows.push(LayerInfo::new(
            "head",
            "linear",
            &[self.head.weight.dims()[1]],
            self.head.num_params(),
        ));
        rows
    }
}
