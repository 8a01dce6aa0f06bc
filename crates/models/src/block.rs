//! The blocks the convolutional networks are made of.

use burn::{
    module::Module,
    tensor::{Tensor, activation::relu},
};

use crate::{
    batch_norm::{BatchNorm, BnMode},
    describe::LayerInfo,
    init::Init,
    layers::{Conv3x3, Linear, max_pool_2},
};

/// 3x3 convolution, BatchNorm, ReLU and, where `pool` is set, 2x2 max-pooling.
#[derive(Module, Debug)]
pub struct ConvBlock {
    /// The convolution.
    pub conv: Conv3x3,
    /// The normalisation after it.
    pub norm: BatchNorm,
    /// Whether the block ends in max-pooling.
    pub pool: bool,
}

impl ConvBlock {
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        bias: bool,
        pool: bool,
        init: &mut Init,
    ) -> Self {
        Self {
            conv: Conv3x3::new(inputs, outputs, bias, init),
            norm: BatchNorm::new(outputs, init),
            pool,
        }
    }

    /// `[n, in, h, w]` to `[n, out, h, w]`, or half of each side with pooling.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<4> {
        let x = relu(self.norm.forward(self.conv.forward(x), mode));
        if self.pool { max_pool_2(x) } else { x }
    }

    /// Appends the block's rows to a layer table and returns the shape it turns `shape` (channels, h, w) into.
    pub(crate) fn describe(
        &self,
        path: &str,
        shape: [usize; 3],
        rows: &mut Vec<LayerInfo>,
    ) -> [usize; 3] {
        let channels = self.norm.channels();
        let [_, h, w] = shape;
        let full = [channels, h, w];
        rows.push(LayerInfo::new(
            format!("{path}.conv"),
            "conv 3x3",
            &full,
            self.conv.num_params(),
        ));
        rows.push(LayerInfo::new(
            format!("{path}.norm"),
            "batch norm, relu",
            &full,
            self.norm.num_params(),
        ));
        if !self.pool {
            return full;
        }
        let pooled = [channels, h / 2, w / 2];
        rows.push(LayerInfo::new(path, "max-pool 2", &pooled, 0));
        pooled
    }
}

/// Linear layer without bias, BatchNorm, ReLU: `[n, in]` to `[n, out]`.
#[derive(Module, Debug)]
pub struct DenseBlock {
    /// The linear layer.
    pub linear: Linear,
    /// The normalisation after it.
    pub norm: BatchNorm,
}

impl DenseBlock {
    pub(crate) fn new(inputs: usize, outputs: usize, std: f64, init: &mut Init) -> Self {
        Self {
            linear: Linear::new(inputs, outputs, false, std, init),
            norm: BatchNorm::new(outputs, init),
        }
    }

    /// Maps each row of `x`.
    pub fn forward(&self, x: Tensor<2>, mode: BnMode) -> Tensor<2> {
        relu(self.norm.forward(self.linear.forward(x), mode))
    }

    pub(crate) fn describe(&self, path: &str, rows: &mut Vec<LayerInfo>) {
        let out = [self.norm.channels()];
        rows.push(LayerInfo::new(
            format!("{path}.linear"),
            "linear",
            &out,
            self.linear.num_params(),
        ));
        rows.push(LayerInfo::new(
            format!("{path}.norm"),
            "batch norm, relu",
            &out,
            self.norm.num_params(),
        ));
    }
}
