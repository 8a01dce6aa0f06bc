//! The networks that references hold, as Burn modules.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope_hvp::{Precision, PrecisionExt};
use hesscope_models::{BatchNorm, BnMode, Buffer};

use crate::error::VerifyError;
use crate::kind::LayerKind;
use crate::reference::Reference;
use crate::tensor::{ReferenceTensor, find};

/// relu(conv, bn, relu, conv, bn + input).
#[derive(Module, Debug)]
struct ResidualBlock {
    conv1: Conv2d,
    bn1: BatchNorm,
    conv2: Conv2d,
    bn2: BatchNorm,
}

/// concat(input, conv(relu(bn(input)))).
#[derive(Module, Debug)]
struct DenseLayer {
    bn: BatchNorm,
    conv: Conv2d,
}

/// A function without parameters, by number: 0 flatten, 1 relu, 2 tanh.
#[derive(Module, Debug)]
struct Function {
    number: usize,
}

const FLATTEN: usize = 0;
const RELU: usize = 1;
const TANH: usize = 2;

// A tiny network has a handful of layers, and a box is no Burn module.
#[allow(clippy::large_enum_variant)]
#[derive(Module, Debug)]
enum Layer {
    Function(Function),
    Linear(Linear),
    Conv(Conv2d),
    Norm(BatchNorm),
    Maxpool(MaxPool2d),
    Avgpool(AvgPool2d),
    Residual(ResidualBlock),
    Dense(DenseLayer),
}

/// A reference's network as a Burn module; its parameters are visited in the reference's order.
#[derive(Module, Debug)]
pub struct ReferenceNetwork {
    layers: Vec<Layer>,
}

/// Images until they are flattened, rows of features from then on.
enum Activations {
    Images(Tensor<4>),
    Rows(Tensor<2>),
}

impl Activations {
    fn map(
        self,
        f: impl FnOnce(Tensor<4>) -> Tensor<4>,
        g: impl FnOnce(Tensor<2>) -> Tensor<2>,
    ) -> Self {
        match self {
            Activations::Images(x) => Activations::Images(f(x)),
            Activations::Rows(x) => Activations::Rows(g(x)),
        }
    }

    fn images(self, f: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        self.map(f, |_| {
            unreachable!("image layers stand before the flattening")
        })
    }
}

impl ReferenceNetwork {
    /// The network of a reference, on `device`.
    ///
    /// # Errors
    ///
    /// When a tensor the kind needs is missing or has the wrong number of axes.
    pub fn new(
        reference: &Reference,
        precision: Precision,
        device: &Device,
    ) -> Result<Self, VerifyError> {
        let source = Source {
            reference,
            precision,
            device,
        };
        let layers = reference
            .kind
            .layers()
            .iter()
            .enumerate()
            .map(|(index, plan)| source.layer(index, *plan))
            .collect::<Result<_, _>>()?;
        Ok(ReferenceNetwork { layers })
    }

    /// Logits [n, C] of images [n, c, h, w].
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        let relu = |x: Tensor<4>| activation::relu(x);
        let end = self
            .layers
            .iter()
            .fold(Activations::Images(x), |x, layer| match layer {
                Layer::Function(function) => match (function.number, x) {
                    (FLATTEN, Activations::Images(x)) => Activations::Rows(x.flatten(1, 3)),
                    (RELU, x) => x.map(relu, activation::relu),
                    (TANH, x) => x.map(activation::tanh, activation::tanh),
                    (_, x) => x,
                },
                Layer::Linear(linear) => x.map(
                    |_| unreachable!("linear layers stand behind the flattening"),
                    |x| linear.forward(x),
                ),
                Layer::Conv(conv) => x.images(|x| conv.forward(x)),
                Layer::Norm(norm) => x.map(|x| norm.forward(x, mode), |x| norm.forward(x, mode)),
                Layer::Maxpool(pool) => x.images(|x| pool.forward(x)),
                Layer::Avgpool(pool) => x.images(|x| pool.forward(x)),
                Layer::Residual(block) => x.images(|x| {
                    let y = relu(block.bn1.forward(block.conv1.forward(x.clone()), mode));
                    relu(block.bn2.forward(block.conv2.forward(y), mode) + x)
                }),
                Layer::Dense(layer) => x.images(|x| {
                    let y = layer.conv.forward(relu(layer.bn.forward(x.clone(), mode)));
                    Tensor::cat(vec![x, y], 1)
                }),
            });
        match end {
            Activations::Rows(logits) => logits,
            Activations::Images(x) => x.flatten(1, 3),
        }
    }
}

/// Where the tensors of the layers come from.
struct Source<'a> {
    reference: &'a Reference,
    precision: Precision,
    device: &'a Device,
}

impl Source<'_> {
    fn layer(&self, index: usize, plan: LayerKind) -> Result<Layer, VerifyError> {
        let name = index.to_string();
        Ok(match plan {
            LayerKind::Flatten => Layer::Function(Function { number: FLATTEN }),
            LayerKind::Relu => Layer::Function(Function { number: RELU }),
            LayerKind::Tanh => Layer::Function(Function { number: TANH }),
            LayerKind::Linear => Layer::Linear(self.linear(&name)?),
            LayerKind::Conv { stride, padding } => Layer::Conv(self.conv(&name, stride, padding)?),
            LayerKind::Bn => Layer::Norm(self.norm(&name)?),
            LayerKind::Maxpool(size) => Layer::Maxpool(
                MaxPool2dConfig::new([size, size])
                    .with_strides([size, size])
                    .init(),
            ),
            LayerKind::Avgpool(size) => Layer::Avgpool(
                AvgPool2dConfig::new([size, size])
                    .with_strides([size, size])
                    .init(),
            ),
            LayerKind::Residual => Layer::Residual(ResidualBlock {
                conv1: self.conv(&format!("{name}.conv1"), 1, 1)?,
                bn1: self.norm(&format!("{name}.bn1"))?,
                conv2: self.conv(&format!("{name}.conv2"), 1, 1)?,
                bn2: self.norm(&format!("{name}.bn2"))?,
            }),
            LayerKind::Dense => Layer::Dense(DenseLayer {
                bn: self.norm(&format!("{name}.bn"))?,
                conv: self.conv(&format!("{name}.conv"), 1, 1)?,
            }),
        })
    }

    fn tensor<const D: usize>(
        &self,
        name: &str,
        values: &ReferenceTensor,
    ) -> Result<Tensor<D>, VerifyError> {
        let shape: [usize; D] = values.shape.clone().try_into().map_err(|shape| {
            self.reference.foreign(format!(
                "its tensor `{name}` has shape {shape:?}, not {D} axes"
            ))
        })?;
        let data = TensorData::new(values.values.clone(), shape);
        Ok(Tensor::from_data(
            data.convert_dtype(self.precision.dtype()),
            (self.device, self.precision.dtype()),
        ))
    }

    fn parameter<const D: usize>(&self, name: &str) -> Result<Tensor<D>, VerifyError> {
        let values = find(&self.reference.parameters, name).ok_or_else(|| {
            self.reference
                .foreign(format!("it has no parameter `{name}`"))
        })?;
        self.tensor(name, values)
    }

    fn bias(&self, layer: &str) -> Result<Option<Param<Tensor<1>>>, VerifyError> {
        let name = format!("{layer}.bias");
        find(&self.reference.parameters, &name)
            .map(|values| Ok(Param::from_tensor(self.tensor(&name, values)?)))
            .transpose()
    }

    fn linear(&self, layer: &str) -> Result<Linear, VerifyError> {
        let weight: Tensor<2> = self.parameter(&format!("{layer}.weight"))?;
        let weight = weight.transpose();
        let [inputs, outputs] = weight.dims();
        let bias = self.bias(layer)?;
        let mut linear = LinearConfig::new(inputs, outputs)
            .with_bias(bias.is_some())
            .init(self.device);
        linear.weight = Param::from_tensor(weight);
        linear.bias = bias;
        Ok(linear)
    }

    fn conv(&self, layer: &str, stride: usize, padding: usize) -> Result<Conv2d, VerifyError> {
        let weight: Tensor<4> = self.parameter(&format!("{layer}.weight"))?;
        let [outputs, inputs, height, width] = weight.dims();
        let bias = self.bias(layer)?;
        let mut conv = Conv2dConfig::new([inputs, outputs], [height, width])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(
                padding, padding, padding, padding,
            ))
            .with_bias(bias.is_some())
            .init(self.device);
        conv.weight = Param::from_tensor(weight);
        conv.bias = bias;
        Ok(conv)
    }

    fn norm(&self, layer: &str) -> Result<BatchNorm, VerifyError> {
        let buffer = |kind: &str| {
            let name = format!("{layer}.{kind}");
            let values = find(&self.reference.buffers, &name)
                .ok_or_else(|| self.reference.foreign(format!("it has no buffer `{name}`")))?;
            Ok::<_, VerifyError>(Buffer::new(self.tensor(&name, values)?))
        };
        Ok(BatchNorm {
            weight: Param::from_tensor(self.parameter(&format!("{layer}.weight"))?),
            bias: Param::from_tensor(self.parameter(&format!("{layer}.bias"))?),
            running_mean: buffer("running_mean")?,
            running_var: buffer("running_var")?,
            epsilon: 1e-5,
            momentum: 0.1,
        })
    }
}
