//! The networks that references hold, layer by layer as the files number them.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{AvgPool2d, AvgPool2dConfig, MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope_hvp::{Precision, PrecisionExt};
use hesscope_models::{BatchNorm, BnMode, Buffer};

use crate::reference::{Reference, Values, VerifyError};

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// flatten, linear, tanh, linear.
    Mlp,
    /// conv, relu, maxpool, conv, relu, flatten, linear.
    Cnn,
    /// Two conv-bn-relu-maxpool blocks and a classifier with bn.
    VggBn,
    /// A stem with stride and one residual block.
    ResnetBlock,
    /// Dense layers and a transition.
    DensenetBlock,
}

impl Kind {
    const ALL: [(Kind, &'static str); 5] = [
        (Kind::Mlp, "mlp"),
        (Kind::Cnn, "cnn"),
        (Kind::VggBn, "vgg_bn"),
        (Kind::ResnetBlock, "resnet_block"),
        (Kind::DensenetBlock, "densenet_block"),
    ];

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| kind)
    }

    /// The names, for messages.
    pub fn names() -> String {
        Self::ALL.map(|(_, name)| name).join(", ")
    }

    fn layers(self) -> &'static [Plan] {
        use Plan::{Avgpool, Bn, Conv, Dense, Flatten, Linear, Maxpool, Relu, Residual, Tanh};
        const PADDED: Plan = Conv {
            stride: 1,
            padding: 1,
        };
        match self {
            Kind::Mlp => &[Flatten, Linear, Tanh, Linear],
            Kind::Cnn => &[PADDED, Relu, Maxpool(2), PADDED, Relu, Flatten, Linear],
            Kind::VggBn => &[
                PADDED,
                Bn,
                Relu,
                Maxpool(2),
                PADDED,
                Bn,
                Relu,
                Maxpool(2),
                Flatten,
                Linear,
                Bn,
                Relu,
                Linear,
            ],
            Kind::ResnetBlock => &[
                Conv {
                    stride: 2,
                    padding: 1,
                },
                Bn,
                Relu,
                Residual,
                Avgpool(4),
                Flatten,
                Linear,
            ],
            Kind::DensenetBlock => &[
                PADDED,
                Dense,
                Dense,
                Bn,
                Relu,
                Conv {
                    stride: 1,
                    padding: 0,
                },
                Avgpool(2),
                Dense,
                Avgpool(3),
                Flatten,
                Linear,
            ],
        }
    }
}

/// What a layer is, before its tensors are known.
#[derive(Clone, Copy)]
enum Plan {
    Flatten,
    Linear,
    Conv { stride: usize, padding: usize },
    Bn,
    Relu,
    Tanh,
    Maxpool(usize),
    Avgpool(usize),
    Residual,
    Dense,
}

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
    fn layer(&self, index: usize, plan: Plan) -> Result<Layer, VerifyError> {
        let name = index.to_string();
        Ok(match plan {
            Plan::Flatten => Layer::Function(Function { number: FLATTEN }),
            Plan::Relu => Layer::Function(Function { number: RELU }),
            Plan::Tanh => Layer::Function(Function { number: TANH }),
            Plan::Linear => Layer::Linear(self.linear(&name)?),
            Plan::Conv { stride, padding } => Layer::Conv(self.conv(&name, stride, padding)?),
            Plan::Bn => Layer::Norm(self.norm(&name)?),
            Plan::Maxpool(size) => Layer::Maxpool(
                MaxPool2dConfig::new([size, size])
                    .with_strides([size, size])
                    .init(),
            ),
            Plan::Avgpool(size) => Layer::Avgpool(
                AvgPool2dConfig::new([size, size])
                    .with_strides([size, size])
                    .init(),
            ),
            Plan::Residual => Layer::Residual(ResidualBlock {
                conv1: self.conv(&format!("{name}.conv1"), 1, 1)?,
                bn1: self.norm(&format!("{name}.bn1"))?,
                conv2: self.conv(&format!("{name}.conv2"), 1, 1)?,
                bn2: self.norm(&format!("{name}.bn2"))?,
            }),
            Plan::Dense => Layer::Dense(DenseLayer {
                bn: self.norm(&format!("{name}.bn"))?,
                conv: self.conv(&format!("{name}.conv"), 1, 1)?,
            }),
        })
    }

    fn find<'a>(&self, from: &'a [(String, Values)], name: &str) -> Option<&'a Values> {
        from.iter()
            .find(|(found, _)| found == name)
            .map(|(_, values)| values)
    }

    fn tensor<const D: usize>(
        &self,
        name: &str,
        values: &Values,
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
        let values = self.find(&self.reference.parameters, name).ok_or_else(|| {
            self.reference
                .foreign(format!("it has no parameter `{name}`"))
        })?;
        self.tensor(name, values)
    }

    fn bias(&self, layer: &str) -> Result<Option<Param<Tensor<1>>>, VerifyError> {
        let name = format!("{layer}.bias");
        self.find(&self.reference.parameters, &name)
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
            let values = self
                .find(&self.reference.buffers, &name)
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
