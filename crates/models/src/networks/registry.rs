//! All networks: their names, options and layers, one line each.

use std::fmt::Display;

use burn::{
    module::{Devices, Module, ModuleMapper, ModuleVisitor},
    tensor::Device,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    architecture::{Architecture, NetOptions},
    densenet40::{Densenet40, Densenet40Config},
    error::ModelError,
    init::Init,
    mlp::{Mlp, MlpConfig},
    pytorch_names::PytorchName,
    resnet18::{Resnet18, Resnet18Config, Resnet18TorchvisionConfig},
    small_cnn::{SmallCnn, SmallCnnConfig},
    vgg11::{Vgg11, Vgg11Config, Vgg11TorchvisionConfig},
};
use crate::{
    name_or_table::{NameOrTable, name_or_table},
    state::count_parameters,
};

macro_rules! networks {
    ($(#[doc = $description:literal] $name:literal => $variant:ident($options:ty, $layers:ty),)+) => {
        /// A network and its options.
        ///
        /// In a file a name alone, `net = "vgg11"`, or a table with options: `net = { name = "vgg11", classifier = "plain" }`.
        ///
        /// ```
        /// # use hesscope_models::NetConfig;
        /// let config: NetConfig = serde_json::from_str(r#"{"name": "vgg11", "classifier": "plain"}"#)?;
        /// assert_eq!(config.name(), "vgg11");
        /// assert_eq!(serde_json::from_str::<NetConfig>(r#""vgg11""#)?, NetConfig::from_name("vgg11").unwrap());
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "name", remote = "Self")]
        pub enum NetConfig {
            $(#[doc = $description] #[serde(rename = $name)] $variant($options),)+
        }

        impl NetConfig {
            /// The names [`from_name`](Self::from_name) knows.
            pub const NAMES: &[&str] = &[$($name),+];

            /// Every name with a sentence of description.
            pub fn described() -> impl Iterator<Item = (&'static str, &'static str)> {
                [$(($name, $description.trim_ascii())),+].into_iter()
            }

            /// The network of this name with its default options.
            pub fn from_name(name: &str) -> Result<Self, ModelError> {
                match name {
                    $($name => Ok(Self::$variant(Default::default())),)+
                    _ => Err(ModelError::UnknownNet {
                        name: name.to_owned(),
                        known: Self::NAMES.join(", "),
                    }),
                }
            }

            /// The network's name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)+ }
            }

            /// The layers; see [`NetOptions::build`].
            pub(crate) fn build(&self, input: [usize; 3], classes: usize, init: &mut Init) -> Result<Body, ModelError> {
                match self { $(Self::$variant(options) => Ok(Body::$variant(options.build(input, classes, init)?)),)+ }
            }

            /// See [`NetOptions::pytorch_names`].
            pub(crate) fn pytorch_names(&self) -> Vec<PytorchName> {
                match self { $(Self::$variant(options) => options.pytorch_names(),)+ }
            }
        }

        /// The layers of a [`Network`](crate::Network).
        #[derive(Debug, Clone)]
        pub enum Body {
            $(#[doc = $description] $variant($layers),)+
        }

        impl Body {
            pub(crate) fn layers(&self) -> &dyn Architecture {
                match self { $(Self::$variant(layers) => layers,)+ }
            }
        }

        // Written out because the derive for enums puts the variant's name at the front of every path: `Vgg11.head.weight`.
        impl Module for Body {
            fn collect_devices(&self, devices: Devices) -> Devices {
                match self { $(Self::$variant(layers) => layers.collect_devices(devices),)+ }
            }
            fn fork(self, device: &Device) -> Self {
                match self { $(Self::$variant(layers) => Self::$variant(layers.fork(device)),)+ }
            }
            fn to_device(self, device: &Device) -> Self {
                match self { $(Self::$variant(layers) => Self::$variant(layers.to_device(device)),)+ }
            }
            fn train(self) -> Self {
                match self { $(Self::$variant(layers) => Self::$variant(layers.train()),)+ }
            }
            fn valid(&self) -> Self {
                match self { $(Self::$variant(layers) => Self::$variant(layers.valid()),)+ }
            }
            fn materialize(self) -> Self {
                match self { $(Self::$variant(layers) => Self::$variant(layers.materialize()),)+ }
            }
            fn num_params(&self) -> usize {
                count_parameters(self)
            }
            fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
                match self { $(Self::$variant(layers) => layers.visit(visitor),)+ }
            }
            fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
                match self { $(Self::$variant(layers) => Self::$variant(layers.map(mapper)),)+ }
            }
        }
    };
}

networks! {
    /// A multi-layer perceptron.
    "mlp" => Mlp(MlpConfig, Mlp),
    /// Two convolutional blocks and a linear layer.
    "small-cnn" => SmallCnn(SmallCnnConfig, SmallCnn),
    /// VGG11 with BatchNorm, as in the papers' released code.
    "vgg11" => Vgg11(Vgg11Config, Vgg11),
    /// ResNet18, as in the papers' released code.
    "resnet18" => Resnet18(Resnet18Config, Resnet18),
    /// DenseNet40, as in the papers' released code.
    "densenet40" => Densenet40(Densenet40Config, Densenet40),
    /// torchvision's `vgg11_bn`.
    "vgg11-torchvision" => Vgg11Torchvision(Vgg11TorchvisionConfig, Vgg11),
    /// torchvision's `resnet18`.
    "resnet18-torchvision" => Resnet18Torchvision(Resnet18TorchvisionConfig, Resnet18),
}

impl Serialize for NetConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for NetConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        name_or_table(deserializer)
    }
}

impl<'de> NameOrTable<'de> for NetConfig {
    const EXPECTED: &'static str = "the name of a network or a table with its `name`";

    fn of_name(name: &str) -> Result<Self, impl Display> {
        Self::from_name(name)
    }

    fn of_table<D: Deserializer<'de>>(table: D) -> Result<Self, D::Error> {
        Self::deserialize(table)
    }
}
