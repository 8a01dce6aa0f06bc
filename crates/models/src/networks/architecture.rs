//! What every network implements.

use burn::{module::Module, tensor::Tensor};

use super::{
    error::ModelError,
    init::Init,
    layer_table::LayerTable,
    layers::{batch_norm::BnMode, linear::Linear},
    pytorch_names::{PytorchName, own_name},
};

/// The layers of a network.
pub(crate) trait Architecture {
    /// Logits `[n, classes]` of images `[n, channels, height, width]`.
    fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2>;

    /// Appends the network's rows.
    fn describe(&self, table: &mut LayerTable);

    /// The last layer, to the logits.
    fn head(&self) -> &Linear;

    /// The fewest examples that a training batch of images of shape `input` may hold: 2 where BatchNorm sees one value per
    /// example and channel.
    fn smallest_training_batch(&self, _input: [usize; 3]) -> usize {
        1
    }
}

/// The options of a network, from which its layers are built.
pub(crate) trait NetOptions {
    /// The layers.
    type Layers: Architecture + Module;

    /// The layers for images of shape `input` (channels, height, width), none of them 0, and at least 2 classes.
    fn build(
        &self,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self::Layers, ModelError>;

    /// The naming that weights are written with for PyTorch, then the others they may be read by.
    fn pytorch_names(&self) -> Vec<PytorchName> {
        vec![own_name]
    }
}
