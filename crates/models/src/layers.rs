//! The layers with weights, as thin modules over Burn's functions.

use burn::{
    module::{Module, Param},
    tensor::{
        Tensor,
        module::{conv2d, linear, max_pool2d},
        ops::{ConvOptions, MaxPoolOptions},
    },
};

use crate::init::Init;

/// A 3x3 convolution with stride 1 and padding 1: `[n, in, h, w]` to `[n, out, h, w]`.
#[derive(Module, Debug)]
pub struct Conv3x3 {
    /// Shape `[out, in, 3, 3]`.
    pub weight: Param<Tensor<4>>,
    /// Shape `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
}

impl Conv3x3 {
    /// He initialisation by fan-out: weights N(0, 2 / (3 * 3 * out)), bias 0.
    pub(crate) fn new(inputs: usize, outputs: usize, bias: bool, init: &mut Init) -> Self {
        let std = (2.0 / (9 * outputs) as f64).sqrt();
        Self {
            weight: init.normal([outputs, inputs, 3, 3], std),
            bias: bias.then(|| init.constant([outputs], 0.0)),
        }
    }

    /// Convolves `x`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let bias = self.bias.as_ref().map(Param::val);
        conv2d(
            x,
            self.weight.val(),
            bias,
            ConvOptions::new([1, 1], [1, 1], [1, 1], 1),
        )
    }
}

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
        bias: bool,
        std: f64,
        init: &mut Init,
    ) -> Self {
        Self {
            weight: init.normal([inputs, outputs], std),
            bias: bias.then(|| init.constant([outputs], 0.0)),
        }
    }

    /// Maps each row of `x`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}

/// Max-pooling over disjoint 2x2 windows: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, an odd last row or column dropped.
pub(crate) fn max_pool_2(x: Tensor<4>) -> Tensor<4> {
    max_pool2d(x, MaxPoolOptions::new([2, 2]))
}
