//! Which network, with which options.

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::{
    densenet40::{Densenet40, Densenet40Config},
    error::ModelError,
    init::Init,
    mlp::{Mlp, MlpConfig},
    network::{Body, Network},
    resnet18::{Resnet18, Resnet18Config, Resnet18TorchvisionConfig},
    small_cnn::{SmallCnn, SmallCnnConfig},
    vgg11::{Vgg11, Vgg11Config},
    vgg11_torchvision::{Vgg11Torchvision, Vgg11TorchvisionConfig},
};

/// The names [`NetConfig::from_name`] knows.
pub const NET_NAMES: [&str; 7] = [
    "mlp",
    "small-cnn",
    "vgg11",
    "resnet18",
    "densenet40",
    "vgg11-torchvision",
    "resnet18-torchvision",
];

/// A network and its options, tagged by `name` in TOML and JSON.
///
/// ```
/// # use hesscope_models::NetConfig;
/// let config: NetConfig = serde_json::from_str(r#"{"name": "vgg11", "classifier": "plain"}"#)?;
/// assert_eq!(config.name(), "vgg11");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum NetConfig {
    /// A multi-layer perceptron.
    Mlp(MlpConfig),
    /// Two convolutional blocks and a linear layer.
    SmallCnn(SmallCnnConfig),
    /// VGG11 with BatchNorm.
    Vgg11(Vgg11Config),
    /// ResNet18.
    Resnet18(Resnet18Config),
    /// DenseNet40.
    Densenet40(Densenet40Config),
    /// torchvision's `vgg11_bn`.
    Vgg11Torchvision(Vgg11TorchvisionConfig),
    /// torchvision's `resnet18`.
    Resnet18Torchvision(Resnet18TorchvisionConfig),
}

impl NetConfig {
    /// The network of this name with its default options.
    pub fn from_name(name: &str) -> Result<Self, ModelError> {
        match name {
            "mlp" => Ok(Self::Mlp(MlpConfig::default())),
            "small-cnn" => Ok(Self::SmallCnn(SmallCnnConfig::default())),
            "vgg11" => Ok(Self::Vgg11(Vgg11Config::default())),
            "resnet18" => Ok(Self::Resnet18(Resnet18Config::default())),
            "densenet40" => Ok(Self::Densenet40(Densenet40Config::default())),
            "vgg11-torchvision" => Ok(Self::Vgg11Torchvision(Vgg11TorchvisionConfig::default())),
            "resnet18-torchvision" => Ok(Self::Resnet18Torchvision(
                Resnet18TorchvisionConfig::default(),
            )),
            _ => Err(ModelError::UnknownNet {
                name: name.to_owned(),
                known: NET_NAMES.join(", "),
            }),
        }
    }

    /// The network's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mlp(_) => "mlp",
            Self::SmallCnn(_) => "small-cnn",
            Self::Vgg11(_) => "vgg11",
            Self::Resnet18(_) => "resnet18",
            Self::Densenet40(_) => "densenet40",
            Self::Vgg11Torchvision(_) => "vgg11-torchvision",
            Self::Resnet18Torchvision(_) => "resnet18-torchvision",
        }
    }

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
        self.build(input, classes, &mut Init::seeded(seed, device))
    }

    /// A network of this shape with zero weights, to be loaded from a state.
    pub fn blank(
        &self,
        input: [usize; 3],
        classes: usize,
        device: &Device,
    ) -> Result<Network, ModelError> {
        self.build(input, classes, &mut Init::blank(device))
    }

    fn build(
        &self,
        input: [usize; 3],
        classes: usize,
        init: &mut Init,
    ) -> Result<Network, ModelError> {
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
        let body = match self {
            Self::Mlp(config) => Body::Mlp(Mlp::new(config, input, classes, init)?),
            Self::SmallCnn(config) => Body::SmallCnn(SmallCnn::new(config, input, classes, init)?),
            Self::Vgg11(config) => Body::Vgg11(Vgg11::new(config, input, classes, init)?),
            Self::Resnet18(config) => Body::Resnet18(Resnet18::new(config, input, classes, init)?),
            Self::Densenet40(config) => {
                Body::Densenet40(Densenet40::new(config, input, classes, init)?)
            }
            Self::Vgg11Torchvision(config) => {
                Body::Vgg11Torchvision(Vgg11Torchvision::new(config, input, classes, init)?)
            }
            Self::Resnet18Torchvision(config) => {
                Body::Resnet18(Resnet18::torchvision(config, input, classes, init)?)
            }
        };
        Ok(Network::new(self.clone(), input, classes, body))
    }
}
