//! What is trained at which scale.

use std::path::{Path, PathBuf};

use hesscope_data::{DatasetName, PerClass};
use hesscope_models::NetConfig;
use toml::Table;

use super::options::{CommonOptions, RunsOptions, Scale};
use crate::data;
use crate::failure::Failure;
use crate::learning_rate::LearningRate;
use crate::settings::Settings;

/// Training and test examples of each class at the quick scale, and those of training of synth-digits.
const QUICK: usize = 136;
const QUICK_TEST: usize = 100;
const QUICK_SYNTH: usize = 51;

/// Training examples of each class at the papers' scale: the largest of their sizes.
const PAPER: usize = 5000;

impl Scale {
    /// The data sets that are drawn unless others are named.
    pub fn datasets(self) -> [DatasetName; 3] {
        const MNIST: DatasetName = DatasetName::MNIST;
        const CIFAR_10: DatasetName = DatasetName::CIFAR_10;
        match self {
            Scale::Quick => [MNIST, CIFAR_10, DatasetName::SYNTH_DIGITS],
            Scale::Paper => [MNIST, DatasetName::FASHION_MNIST, CIFAR_10],
        }
    }

    /// The network of the figure of one.
    pub fn net(self) -> &'static str {
        match self {
            Scale::Quick => "small-cnn",
            Scale::Paper => "vgg11",
        }
    }

    /// The networks of the figure of several.
    pub fn nets(self) -> &'static [&'static str] {
        match self {
            Scale::Quick => &["small-cnn", "mlp"],
            Scale::Paper => &["vgg11", "resnet18", "densenet40"],
        }
    }

    /// The settings of a run of this scale.
    fn settings(self, dataset: DatasetName, net: NetConfig) -> Settings {
        let drawn = dataset == DatasetName::SYNTH_DIGITS;
        let photographs = matches!(dataset, DatasetName::CIFAR_10 | DatasetName::CIFAR_100);
        let mut settings = Settings {
            dataset,
            net,
            ..Settings::default()
        };
        match self {
            Scale::Quick => {
                let count = if drawn { QUICK_SYNTH } else { QUICK };
                settings.examples_per_class = Some(count.into());
                settings.test_examples_per_class = Some(QUICK_TEST.into());
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

/// The settings of a run of a network on a data set: those of the scale, those of the file over them, and the flags over both.
pub fn resolve(
    options: &RunsOptions,
    common: &CommonOptions,
    dataset: DatasetName,
    net: NetConfig,
) -> Result<Settings, Failure> {
    let mut settings = options.scale.settings(dataset, net);
    if let Some(path) = &options.config {
        settings = overlaid(&settings, path)?;
        settings.dataset = dataset;
    }
    settings.data_dir = folder(options, dataset)?;
    settings.seed = options.seed.unwrap_or(settings.seed);
    let computing = &common.computing;
    settings.device = computing.device.clone().unwrap_or(settings.device);
    settings.precision = computing.precision.clone().unwrap_or(settings.precision);
    settings.analysis.override_with(&common.estimation)?;
    settings.check()?;
    Ok(settings)
}

/// What the file says, over settings.
fn overlaid(settings: &Settings, path: &Path) -> Result<Settings, Failure> {
    // What does not read is said with its line.
    Settings::read(path)?;
    let text = std::fs::read_to_string(path)?;
    let mut under = Table::try_from(settings)?;
    let mut over: Table = toml::from_str(&text)?;
    // What is trained on what is not the file's to say.
    for key in ["dataset", "data-dir", "net"] {
        over.remove(key);
    }
    lay(over, &mut under);
    Ok(under.try_into()?)
}

/// Tables of settings are laid key by key; what is a choice among forms is replaced.
fn lay(over: Table, under: &mut Table) {
    for (key, value) in over {
        match (value, under.get_mut(&key)) {
            (toml::Value::Table(over), Some(toml::Value::Table(under)))
                if ["data", "train", "analysis", "seeds"].contains(&key.as_str()) =>
            {
                lay(over, under);
            }
            (value, _) => {
                under.insert(key, value);
            }
        }
    }
}

/// Where the files of a data set are, as far as is known.
fn folder(options: &RunsOptions, dataset: DatasetName) -> Result<Option<PathBuf>, Failure> {
    if dataset == DatasetName::SYNTH_DIGITS {
        return Ok(None);
    }
    let name = dataset.as_str();
    let Some(root) = &options.data_root else {
        return Ok(Some(data::default_folder(name)).filter(|folder| folder.is_dir()));
    };
    if !root.is_dir() {
        return Err(Failure::new(format!(
            "--data-root {} is not a folder: give the one that holds the folder {name}",
            root.display()
        )));
    }
    let own = root.join(name);
    // The files may also lie in the folder itself, or in one there of another usual name.
    Ok(Some(if own.is_dir() { own } else { root.clone() }))
}
