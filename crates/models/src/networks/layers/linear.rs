//! The linear layer.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::linear},
};

use crate::networks::{error::ModelError, init::Init, layer_table::LayerTable};

/// An affine map `x W + b` of rows: `[n, in]` to `[n, out]`.
#[derive(Module, Debug)]
pub struct Linear {
    /// Shape `[in, out]`, Burn's layout.
    pub weight: Param<Tensor<2>>,
    /// Shape `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// Weights N(0, std^2), bias 0.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        std: f64,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            bias: Some(init.constant([outputs], 0.0)?),
            ..Self::without_bias(inputs, outputs, std, init)?
        })
    }

    /// The same without a bias.
    pub(crate) fn without_bias(
        inputs: usize,
        outputs: usize,
        std: f64,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        Ok(Self {
            weight: init.normal([inputs, outputs], std)?,
            bias: None,
        })
    }

    /// The layer from pooled features to logits: weights N(0, 1 / (3 in)), the variance of PyTorch's default.
    pub(crate) fn head(inputs: usize, classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let std = (1.0 / (3.0 * inputs as f64)).sqrt();
        Self::new(inputs, classes, std, init)
    }

    /// Maps each row of `x`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// A row of a layer table: `kind` is "linear" with what follows it.
    pub(crate) fn describe(&self, path: impl Into<String>, kind: &str, table: &mut LayerTable) {
        let [_, outputs] = self.weight.dims();
        table.row(path, kind, &[outputs], self.num_params());
    }
}
