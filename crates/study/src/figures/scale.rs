//! What is trained at which scale.

use std::fmt;
use std::str::FromStr;

use hesscope_data::{DatasetName, PerClass};
use hesscope_files::did_you_mean;
use hesscope_models::NetConfig;

use crate::settings::{LearningRate, Settings};

/// Training and test examples of each class at the quick scale, and those of training of synth-digits.
const QUICK: usize = 136;
const QUICK_TEST: usize = 100;
const QUICK_SYNTH: usize = 51;

/// Training and test examples of each class at the medium scale.
const MEDIUM: usize = 136;
const MEDIUM_TEST: usize = 136;

/// Training examples of each class at the papers' scale: the largest of their sizes.
const PAPER: usize = 5000;

/// How much is trained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scale {
    /// Minutes on two cores.
    #[default]
    Quick,
    /// The papers' network on fewer examples: minutes on a GPU, a night on two cores.
    Medium,
    /// The papers' size.
    Paper,
}

/// There is no scale of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no scale `{0}`: {meant}choose quick, medium or paper",
    meant = did_you_mean(.0, Scale::ALL.into_iter().map(Scale::name))
)]
pub struct UnknownScale(String);

impl FromStr for Scale {
    type Err = UnknownScale;

    fn from_str(name: &str) -> Result<Self, UnknownScale> {
        let found = Scale::ALL.into_iter().find(|scale| scale.name() == name);
        found.ok_or_else(|| UnknownScale(name.to_owned()))
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Scale {
    /// All, the least first.
    pub const ALL: [Self; 3] = [Scale::Quick, Scale::Medium, Scale::Paper];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Scale::Quick => "quick",
            Scale::Medium => "medium",
            Scale::Paper => "paper",
        }
    }

    /// What is trained at it, in a sentence.
    pub fn description(self) -> &'static str {
        match self {
            Scale::Quick => {
                "Minutes on two cores: small networks, 136 training and 100 test examples of each class (51 and 100 of \
                 synth-digits), 20 epochs, or 60 of photographs"
            }
            Scale::Medium => {
                "Minutes on a GPU, a night on two cores: VGG11 of 28 million parameters, 136 training and 136 test examples \
                 of each class, 20 epochs, or 60 of photographs"
            }
            Scale::Paper => {
                "The papers' size, for a large machine: VGG11, 5000 training examples of each class, all test examples, \
                 200 epochs, or 350 of CIFAR, at the best of ten learning rates"
            }
        }
    }

    /// The data sets that are drawn unless others are named.
    pub fn datasets(self) -> [DatasetName; 3] {
        const MNIST: DatasetName = DatasetName::MNIST;
        const CIFAR_10: DatasetName = DatasetName::CIFAR_10;
        match self {
            Scale::Quick => [MNIST, CIFAR_10, DatasetName::SYNTH_DIGITS],
            Scale::Medium | Scale::Paper => [MNIST, DatasetName::FASHION_MNIST, CIFAR_10],
        }
    }

    /// The networks of the figure of several, the first of which is that of the figure of one.
    pub fn nets(self) -> &'static [&'static str] {
        match self {
            Scale::Quick => &["small-cnn", "mlp"],
            Scale::Medium | Scale::Paper => &["vgg11", "resnet18", "densenet40"],
        }
    }

    /// The settings of a run of this scale.
    pub(super) fn settings(self, dataset: DatasetName, net: NetConfig) -> Settings {
        let photographs = matches!(dataset, DatasetName::CIFAR_10 | DatasetName::CIFAR_100);
        let mut settings = Settings {
            dataset,
            net: net.into(),
            ..Settings::default()
        };
        match self {
            Scale::Quick => {
                let drawn = dataset == DatasetName::SYNTH_DIGITS;
                let count = if drawn { QUICK_SYNTH } else { QUICK };
                settings.examples_per_class = Some(count.into());
                settings.test_examples_per_class = Some(QUICK_TEST.into());
                settings.train.epochs = if photographs { 60 } else { 20 };
                settings.train.eval_every = 5;
            }
            Scale::Medium => {
                settings.examples_per_class = Some(MEDIUM.into());
                settings.test_examples_per_class = Some(MEDIUM_TEST.into());
                settings.train.epochs = if photographs { 60 } else { 20 };
                settings.train.eval_every = 5;
            }
            Scale::Paper => {
                // CIFAR-100 has 500 of each class.
                let fewer = dataset == DatasetName::CIFAR_100;
                settings.examples_per_class =
                    Some(if fewer { PerClass::All } else { PAPER.into() });
                settings.train.epochs = if photographs { 350 } else { 200 };
                settings.train.learning_rate = LearningRate::Search(Default::default());
                settings.train.eval_every = 10;
                settings.analysis.range_steps = Some(64);
                settings.analysis.lanczos_steps = Some(128);
            }
        }
        settings
    }
}
