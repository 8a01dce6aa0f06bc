//! A convolutional network small enough for a laptop's two minutes.

use burn::{module::Module, tensor::Tensor};
use serde::{Deserialize, Serialize};

use crate::{
    batch_norm::BnMode, block::ConvBlock, describe::LayerInfo, error::ModelError, init::Init,
    layers::Linear,
};

/// Options of `small-cnn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SmallCnnConfig {
    /// Channels of the two blocks.
    pub channels: [usize; 2],
}

impl Default for SmallCnnConfig {
    /// 8 and 24 channels: for one channel and 10 classes 5,714 parameters at 16x16, 7,874 at 20x20 and 17,234 at 32x32
    /// (1,864 in the blocks, the rest in the linear layer), so always between 5 and 20 thousand. The early, large
    /// activations are the expensive ones, hence few channels there.
    fn default() -> Self {
        Self { channels: [8, 24] }
    }
}

/// Two blocks of 3x3 convolution (no bias: BatchNorm cancels it), BatchNorm, ReLU and 2x2 max-pooling, then a linear
/// layer with bias.
///
/// Paths: `blocks.K.conv.weight`, `blocks.K.norm.*`, `head.weight`, `head.bias`. Initialisation: convolutions N(0, 2 /
/// (9 out)), BatchNorm 1 and 0, head N(0, 1 / in) and 0. Images of at least 4x4.
#[derive(Module, Debug)]
pub struct SmallCnn {
    /// The convolutional blocks.
    pub blocks: Vec<ConvBlock>,
    /// The last layer, to the logits.
    pub head: Linear,
}

impl SmallCnn {
    pub(crate) fn new(
        config: &SmallCnnConfig,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let [inputs, height, width] = input;
        if height < 4 || width < 4 {
            return Err(ModelError::InputTooSmall {
                net: "small-cnn",
                minimum: 4,
                height,
                width,
            });
        }
        if config.channels.contains(&0) {
            return Err(ModelError::ZeroWidth {
                net: "small-cnn",
                field: "channels",
            });
        }
        let [first, second] = config.channels;
        let blocks = vec![
            ConvBlock::new(inputs, first, false, true, init),
            ConvBlock::new(first, second, false, true, init),
        ];
        let features = second * (height / 4) * (width / 4);
        let head = Linear::new(
            features,
            classes,
            true,
            (1.0 / features as f64).sqrt(),
            init,
        );
        Ok(Self { blocks, head })
    }

    /// `[n, c, h, w]` to logits `[n, classes]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let x = self
            .blocks
            .iter()
            .fold(x, |x, block| block.forward(x, mode));
        self.head.forward(x.flatten::<2>(1, 3))
    }

    pub(crate) fn describe(&self, input: [usize; 3]) -> Vec<LayerInfo> {
        let mut rows = Vec::new();
        let mut shape = input;
        for (k, block) in self.blocks.iter().enumerate() {
            shape = block.describe(&format!("blocks.{k}"), shape, &mut rows);
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
