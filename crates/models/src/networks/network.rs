//! Any of the networks, as one Burn module.

use burn::{
    module::{Devices, Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{DType, Device, FloatDType, Tensor},
};
use hesscope_hvp::Precision;

use super::{
    error::ModelError,
    init::Init,
    layer_table::{Description, LayerTable},
    layers::batch_norm::BnMode,
    registry::{Body, NetConfig},
};

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

impl NetConfig {
    /// A freshly initialised float32 network for images of shape `input` (channels, height, width).
    ///
    /// The weights depend on the configuration, `input`, `classes` and `seed` alone, not on the device.
    pub fn init(
        &self,
        input: [usize; 3],
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Network, ModelError> {
        Network::build(self, input, classes, &mut Init::seeded(seed, device))
    }

    /// The number of parameters, running statistics among them, which are counted without being made.
    ///
    /// # Errors
    ///
    /// [`ModelError::TooLarge`] where there are more than `most`, before what is beyond them is looked at; what else keeps
    /// the network from being built.
    pub fn count(
        &self,
        input: [usize; 3],
        classes: usize,
        most: usize,
    ) -> Result<usize, ModelError> {
        let device = Device::flex();
        let mut shapes = Init::shapes(most, &device);
        Network::build(self, input, classes, &mut shapes)?;
        Ok(shapes.made())
    }

    /// A network of this shape with zero weights, to be loaded from a state.
    pub fn blank(
        &self,
        input: [usize; 3],
        classes: usize,
        device: &Device,
    ) -> Result<Network, ModelError> {
        Network::build(self, input, classes, &mut Init::blank(device))
    }
}

impl Network {
    fn build(
        config: &NetConfig,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Self, ModelError> {
        let [channels, height, width] = input;
        if input.contains(&0) {
            return Err(ModelError::EmptyInput {
                channels,
                height,
                width,
            });
        }
        if classes < 2 {
            return Err(ModelError::TooFewClasses { classes });
        }
        Ok(Self {
            config: config.clone(),
            input,
            classes,
            body: config.build(input, classes, init)?,
        })
    }

    /// Logits `[n, classes]` of images `[n, channels, height, width]`.
    pub fn forward(&self, x: Tensor<4>, mode: BnMode) -> Tensor<2> {
        self.body.layers().forward(x, mode)
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
        let mut table = LayerTable::new(self.input);
        self.body.layers().describe(&mut table);
        Description {
            net: self.config.name(),
            input: self.input,
            layers: table.rows(),
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
        self.body.layers().head().weight.dtype()
    }

    /// The same as the kernels of `hesscope-hvp` name it.
    pub(crate) fn precision(&self) -> Precision {
        match self.dtype() {
            DType::F64 => Precision::F64,
            _ => Precision::F32,
        }
    }

    /// The fewest examples a training batch may hold: 2 where BatchNorm sees one value per example and channel.
    pub(crate) fn smallest_training_batch(&self) -> usize {
        self.body.layers().smallest_training_batch(self.input)
    }
}

// Written out because the derive would put `body` at the front of every path.
impl Module for Network {
    fn collect_devices(&self, devices: Devices) -> Devices {
        self.body.collect_devices(devices)
    }

    fn fork(mut self, device: &Device) -> Self {
        self.body = self.body.fork(device);
        self
    }

    fn to_device(mut self, device: &Device) -> Self {
        self.body = self.body.to_device(device);
        self
    }

    fn train(mut self) -> Self {
        self.body = self.body.train();
        self
    }

    fn valid(&self) -> Self {
        Self {
            config: self.config.clone(),
            body: self.body.valid(),
            ..*self
        }
    }

    fn materialize(mut self) -> Self {
        self.body = self.body.materialize();
        self
    }

    fn num_params(&self) -> usize {
        self.body.num_params()
    }

    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        self.body.visit(visitor);
    }

    fn map<M: ModuleMapper>(mut self, mapper: &mut M) -> Self {
        self.body = self.body.map(mapper);
        self
    }
}
