//! The convolution.

use burn::{
    module::{Module, Param},
    tensor::{Tensor, module::conv2d, ops::ConvOptions},
};

use crate::networks::{error::ModelError, init::Init, layer_table::LayerTable};

/// A convolution, its odd kernel k x k and k / 2 zeros around the image: `[n, in, h, w]` to
/// `[n, out, h / stride, w / stride]`, rounded up.
#[derive(Module, Debug)]
pub struct Conv {
    /// Shape `[out, in, k, k]`.
    pub weight: Param<Tensor<4>>,
    /// Shape `[out]`.
    pub bias: Option<Param<Tensor<1>>>,
    /// Steps between windows.
    pub stride: usize,
}

impl Conv {
    /// Stride 1, no bias. He initialisation by fan-out: weights N(0, 2 / (k * k * out)).
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let std = (2.0 / ((kernel * kernel) as f64 * outputs as f64)).sqrt();
        Ok(Self {
            weight: init.normal([outputs, inputs, kernel, kernel], std)?,
            bias: None,
            stride: 1,
        })
    }

    /// The same with another stride.
    pub(crate) fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with a bias of 0.
    pub(crate) fn with_bias(self, init: &mut Init) -> Result<Self, ModelError> {
        let [outputs, ..] = self.weight.dims();
        let bias = Some(init.constant([outputs], 0.0)?);
        Ok(Self { bias, ..self })
    }

    /// Convolves `x`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = self.weight.dims();
        let options = ConvOptions::new([self.stride; 2], [height / 2, width / 2], [1, 1], 1);
        let bias = self.bias.as_ref().map(Param::val);
        conv2d(x, self.weight.val(), bias, options)
    }

    pub(crate) fn describe(&self, path: &str, table: &mut LayerTable) {
        let [outputs, _, kernel, _] = self.weight.dims();
        let [_, h, w] = table.image();
        let output = [outputs, h.div_ceil(self.stride), w.div_ceil(self.stride)];
        let kind = match self.stride {
            1 => format!("conv {kernel}x{kernel}"),
            stride => format!("conv {kernel}x{kernel}, stride {stride}"),
        };
        table.image_row(path, kind, output, self.num_params());
    }
}
