//! A convolution with its normalisation.

use burn::{module::Module, tensor::Tensor};

use super::{
    batch_norm::{BatchNorm, BnMode},
    conv::Conv,
};
use crate::networks::{error::ModelError, init::Init, layer_table::LayerTable};

/// A convolution, then BatchNorm.
#[derive(Module, Debug)]
pub struct ConvNorm {
    /// The convolution.
    pub conv: Conv,
    /// The normalisation after it.
    pub norm: BatchNorm,
}

impl ConvNorm {
    pub(crate) fn new(conv: Conv, init: &mut Init) -> Result<Self, ModelError> {
        let [outputs, ..] = conv.weight.dims();
        let norm = BatchNorm::new(outputs, init)?;
        Ok(Self { conv, norm })
    }

    /// `[n, in, h, w]` to `[n, out, h / stride, w / stride]`, rounded up.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        self.norm.forward(self.conv.forward(x), mode)
    }

    /// Two rows of a layer table: `kind` is "batch norm" with what follows it.
    pub(crate) fn describe(&self, path: &str, kind: &str, table: &mut LayerTable) {
        self.conv.describe(&format!("{path}.conv"), table);
        self.norm.describe(&format!("{path}.norm"), kind, table);
    }
}
