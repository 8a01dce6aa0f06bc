//! A convolutional network small enough for a laptop's two minutes.

use burn::{
    module::Module,
    tensor::{Tensor, activation::relu},
};
use serde::{Deserialize, Serialize};

use super::{
    architecture::{Architecture, NetOptions},
    error::{ModelError, check_sides, check_widths},
    init::Init,
    layer_table::LayerTable,
    layers::{
        batch_norm::BnMode, conv::Conv, conv_norm::ConvNorm, linear::Linear, pooling::max_pool_2,
    },
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
    /// The convolutions with their normalisation.
    pub blocks: Vec<ConvNorm>,
    /// The last layer, to the logits.
    pub head: Linear,
}

impl NetOptions for SmallCnnConfig {
    type Layers = SmallCnn;

    fn build(
        &self,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<SmallCnn, ModelError> {
        check_sides("small-cnn", 4, input)?;
        check_widths("small-cnn", "channels", &self.channels)?;
        let [mut inputs, height, width] = input;
        let mut blocks = Vec::with_capacity(self.channels.len());
        for outputs in self.channels {
            let conv = Conv::new(inputs, outputs, 3, init)?;
            blocks.push(ConvNorm::new(conv, init)?);
            inputs = outputs;
        }
        let features = inputs.saturating_mul((height / 4) * (width / 4));
        let head = Linear::new(features, classes, (1.0 / features as f64).sqrt(), init)?;
        Ok(SmallCnn { blocks, head })
    }
}

impl Architecture for SmallCnn {
    fn forward(&self, mut x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        for block in &self.blocks {
            x = max_pool_2(relu(block.forward(x, mode)));
        }
        self.head.forward(x.flatten::<2>(1, 3))
    }

    fn describe(&self, table: &mut LayerTable) {
        for (k, block) in self.blocks.iter().enumerate() {
            let path = format!("blocks.{k}");
            block.describe(&path, "batch norm, relu", table);
            table.pooling(path, "max-pool 2", |side| side / 2);
        }
        self.head.describe("head", "linear", table);
    }

    fn head(&self) -> &Linear {
        &self.head
    }
}
