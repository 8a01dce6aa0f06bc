//! Any of the networks, as one Burn module.

use burn::{
    module::{Devices, Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{DType, Device, FloatDType, Tensor},
};

use crate::{
    batch_norm::BnMode, config::NetConfig, densenet40::Densenet40, describe::Description, mlp::Mlp,
    resnet18::Resnet18, small_cnn::SmallCnn, state::count_parameters, vgg11::Vgg11,
    vgg11_torchvision::Vgg11Torchvision,
};

/// The layers of a [`Network`].
#[derive(Debug, Clone)]
pub enum Body {
    /// A multi-layer perceptron.
    Mlp(Mlp),
    /// Two convolutional blocks and a linear layer.
    SmallCnn(SmallCnn),
    /// VGG11 with BatchNorm.
    Vgg11(Vgg11),
    /// ResNet18, torchvision's included.
    Resnet18(Resnet18),
    /// DenseNet40.
    Densenet40(Densenet40),
    /// torchvision's `vgg11_bn`.
    Vgg11Torchvision(Vgg11Torchvision),
}

/// A classifier of images of one shape into a number of classes.
///
/// It is a Burn module: move it with `to_device` (the capture device included), visit and map its parameters. A clone is
/// independent of the original, running statistics included.
#[derive(Debug, Clone)]
pub struct Network {
    config: NetConfig,
    input: [usize; 3],
    classes: usize,
    body: Body,
}

impl Network {
    pub(crate) fn new(config: NetConfig, input: [usize; 3], classes: usize, body: Body) -> Self {
        Self {
            config,
            input,
            classes,
            body,
        }
    }

    /// Logits `[n, classes]` of images `[n, channels, height, width]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        match &self.body {
            Body::Mlp(net) => net.forward(x),
            Body::SmallCnn(net) => net.forward(x, mode),
            Body::Vgg11(net) => net.forward(x, mode),
            Body::Resnet18(net) => net.forward(x, mode),
            Body::Densenet40(net) => net.forward(x, mode),
            Body::Vgg11Torchvision(net) => net.forward(x, mode),
        }
    }

    /// The network and its options.
    pub fn config(&self) -> &NetConfig {
        &self.config
    }

    /// Shape of one image: channels, height, width.
    pub fn input(&self) -> [usize; 3] {
        self.input
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The layers themselves.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Trainable parameters, running statistics not counted.
    pub fn num_parameters(&self) -> usize {
        self.num_params()
    }

    /// The layers with their output shapes and parameter counts.
    pub fn describe(&self) -> Description {
        let layers = match &self.body {
            Body::Mlp(net) => net.describe(),
            Body::SmallCnn(net) => net.describe(self.input),
            Body::Vgg11(net) => net.describe(self.input),
            Body::Resnet18(net) => net.describe(self.input),
            Body::Densenet40(net) => net.describe(self.input),
            Body::Vgg11Torchvision(net) => net.describe(self.input),
        };
        Description {
            net: self.config.name(),
            input: self.input,
            layers,
        }
    }

    /// The same network with parameters and running statistics in another precision.
    pub fn cast(self, dtype: FloatDType) -> Self {
        struct Cast(FloatDType);
        impl ModuleMapper for Cast {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                param.map(|tensor| tensor.cast(self.0))
            }
        }
        self.map(&mut Cast(dtype))
    }

    /// Precision of the parameters.
    pub fn dtype(&self) -> DType {
        match &self.body {
            Body::Mlp(net) => net.head.weight.dtype(),
            Body::SmallCnn(net) => net.head.weight.dtype(),
            Body::Vgg11(net) => net.head.weight.dtype(),
            Body::Resnet18(net) => net.head.weight.dtype(),
            Body::Densenet40(net) => net.head.weight.dtype(),
            Body::Vgg11Torchvision(net) => net.head.weight.dtype(),
        }
    }

    /// The fewest examples a training batch may hold: 2 where BatchNorm sees one value per example and channel.
    pub(crate) fn smallest_training_batch(&self) -> usize {
        let one_value = match &self.body {
            Body::Mlp(_) | Body::SmallCnn(_) | Body::Vgg11Torchvision(_) => false,
            Body::Vgg11(net) => !net.hidden.is_empty(),
            Body::Resnet18(net) => net.fewest_pixels(self.input) == 1,
            Body::Densenet40(net) => net.fewest_pixels(self.input) == 1,
        };
        if one_value { 2 } else { 1 }
    }

    fn map_body(self, f: impl FnOnce(Body) -> Body) -> Self {
        Self {
            body: f(self.body),
            ..self
        }
    }
}

// Written out because the derive for enums puts the variant's name at the front of every path: `Vgg11.head.weight`.
macro_rules! each {
    ($body:expr, $net:ident => $call:expr) => {
        match $body {
            Body::Mlp($net) => $call,
            Body::SmallCnn($net) => $call,
            Body::Vgg11($net) => $call,
            Body::Resnet18($net) => $call,
            Body::Densenet40($net) => $call,
            Body::Vgg11Torchvision($net) => $call,
        }
    };
    ($body:expr, $net:ident -> $call:expr) => {
        match $body {
            Body::Mlp($net) => Body::Mlp($call),
            Body::SmallCnn($net) => Body::SmallCnn($call),
            Body::Vgg11($net) => Body::Vgg11($call),
            Body::Resnet18($net) => Body::Resnet18($call),
            Body::Densenet40($net) => Body::Densenet40($call),
            Body::Vgg11Torchvision($net) => Body::Vgg11Torchvision($call),
        }
    };
}

impl Module for Network {
    fn collect_devices(&self, devices: Devices) -> Devices {
        each!(&self.body, net => net.collect_devices(devices))
    }

    fn fork(self, device: &Device) -> Self {
        self.map_body(|body| each!(body, net -> net.fork(device)))
    }

    fn to_device(self, device: &Device) -> Self {
        self.map_body(|body| each!(body, net -> net.to_device(device)))
    }

    fn train(self) -> Self {
        self.map_body(|body| each!(body, net -> net.train()))
    }

    fn valid(&self) -> Self {
        let body = each!(&self.body, net -> net.valid());
        Self::new(self.config.clone(), self.input, self.classes, body)
    }

    fn materialize(self) -> Self {
        self.map_body(|body| each!(body, net -> net.materialize()))
    }

    fn num_params(&self) -> usize {
        each!(&self.body, net => count_parameters(net))
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        each!(&self.body, net => net.visit(visitor));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        self.map_body(|body| each!(body, net -> net.map(mapper)))
    }
}
