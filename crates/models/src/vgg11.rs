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

/// Output channels of the eight convolutions in units of the width, and whether max-pooling follows.
const FEATURES: [(usize, bool); 8] = [
    (1, true),
    (2, true),
    (4, false),
    (4, true),
    (8, false),
    (8, true),
    (8, false),
    (8, true),
];

/// Channels of the first convolution.
pub(crate) const WIDTH: usize = 64;

/// Width of the two hidden layers of the full classifier.
pub(crate) const HIDDEN: usize = 4096;

/// Standard deviation of the linear layers' initial weights.
pub(crate) const LINEAR_STD: f64 = 0.01;

/// The convolutional blocks of the network `net`, the first with `first` channels.
pub(crate) fn features(
    net: &'static str,
    [mut channels, height, width]: [usize; 3],
    first: usize,
    init: &mut Init,
) -> Result<Vec<ConvBlock>, ModelError> {
    if height < 32 || width < 32 {
        return Err(ModelError::InputTooSmall {
            net,
            minimum: 32,
            height,
            width,
        });
    }
    let mut blocks = Vec::with_capacity(FEATURES.len());
    for (multiple, pool) in FEATURES {
        let outputs = multiple * first;
        blocks.push(ConvBlock::new(channels, outputs, true, pool, init));
        channels = outputs;
    }
    Ok(blocks)
}

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
        let [channels, height, width] = input;
        let blocks = features("vgg11", input, WIDTH, init)?;
        let channels = blocks
            .last()
            .map_or(channels, |block| block.norm.channels());
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
