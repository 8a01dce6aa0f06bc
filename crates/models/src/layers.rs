//! The layers with weights, as thin modules over Burn's functions.

use burn::{
    module::{Module, Param},
    tensor::{
        Tensor,
        module::{adaptive_avg_pool2d, avg_pool2d, conv2d, linear, max_pool2d},
        ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions},
    },
};

use crate::{describe::LayerInfo, init::Init};

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

/// A convolution without bias, its odd kernel k x k and k / 2 zeros around the image: `[n, in, h, w]` to
/// `[n, out, h / stride, w / stride]`, rounded up.
#[derive(Module, Debug)]
pub struct Conv {
    /// Shape `[out, in, k, k]`.
    pub weight: Param<Tensor<4>>,
    /// Steps between windows.
    pub stride: usize,
}

impl Conv {
    /// He initialisation by fan-out: weights N(0, 2 / (k * k * out)).
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        stride: usize,
        init: &mut Init,
    ) -> Self {
        let std = (2.0 / (kernel * kernel * outputs) as f64).sqrt();
        Self {
            weight: init.normal([outputs, inputs, kernel, kernel], std),
            stride,
        }
    }

    /// Convolves `x`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = self.weight.dims();
        let options = ConvOptions::new([self.stride; 2], [height / 2, width / 2], [1, 1], 1);
        conv2d(x, self.weight.val(), None, options)
    }

    /// Appends a row to a layer table and returns the shape `[channels, h, w]` is turned into.
    pub(crate) fn describe(
        &self,
        path: &str,
        [_, h, w]: [usize; 3],
        rows: &mut Vec<LayerInfo>,
    ) -> [usize; 3] {
        let [outputs, _, kernel, _] = self.weight.dims();
        let shape = [outputs, h.div_ceil(self.stride), w.div_ceil(self.stride)];
        let kind = match self.stride {
            1 => format!("conv {kernel}x{kernel}"),
            stride => format!("conv {kernel}x{kernel}, stride {stride}"),
        };
        rows.push(LayerInfo::new(path, kind, &shape, self.num_params()));
        shape
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

    /// The layer from pooled features to logits, with bias: weights N(0, 1 / (3 in)), the variance of PyTorch's
    /// default.
    pub(crate) fn head(inputs: usize, classes: usize, init: &mut Init) -> Self {
        let std = (1.0 / (3 * inputs) as f64).sqrt();
        Self::new(inputs, classes, true, std, init)
    }

    /// Maps each row of `x`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// Appends a row to a layer table.
    pub(crate) fn describe(&self, path: &str, rows: &mut Vec<LayerInfo>) {
        let outputs = self.weight.dims()[1];
        rows.push(LayerInfo::new(
            path,
            "linear",
            &[outputs],
            self.num_params(),
        ));
    }
}

/// Max-pooling over disjoint 2x2 windows: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, an odd last row or column dropped.
pub(crate) fn max_pool_2(x: Tensor<4>) -> Tensor<4> {
    max_pool2d(x, MaxPoolOptions::new([2, 2]))
}

/// Max-pooling over 3x3 windows two steps apart, the edge padded by one: halves each side, rounded up.
pub(crate) fn max_pool_3_stride_2(x: Tensor<4>) -> Tensor<4> {
    let options = MaxPoolOptions::new([3, 3]);
    max_pool2d(x, options.with_stride([2, 2]).with_padding([1, 1]))
}

/// The mean over disjoint 2x2 windows: `[n, c, h, w]` to `[n, c, h / 2, w / 2]`, an odd last row or column dropped.
pub(crate) fn avg_pool_2(x: Tensor<4>) -> Tensor<4> {
    avg_pool2d(x, AvgPoolOptions::new([2, 2]))
}

/// The means over `side` x `side` cells that cover the image and overlap where its sides are no multiples of `side`:
/// `[n, c, h, w]` to `[n, c, side, side]`.
pub(crate) fn adaptive_avg_pool(x: Tensor<4>, side: usize) -> Tensor<4> {
    adaptive_avg_pool2d(x, [side; 2])
}

/// The mean over all pixels: `[n, c, h, w]` to `[n, c]`.
pub(crate) fn global_avg_pool(x: Tensor<4>) -> Tensor<2> {
    adaptive_avg_pool(x, 1).flatten::<2>(1, 3)
}
