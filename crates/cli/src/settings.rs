//! The settings of a run: the file of `--config`, the flags over it, and what they resolve to.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use hesscope_data::{DatasetName, DatasetSpec, PerClass};
use hesscope_hvp::{Part, Precision, Terms};
use hesscope_models::{NetConfig, SettingError, TrainConfig};
use hesscope_spectral::Reorthogonalisation;
use serde::{Deserialize, Serialize};

use crate::args::{EstimationOptions, RunOptions};
use crate::data;
use crate::data_settings::DataSettings;
use crate::failure::Failure;
use crate::folder::sha256;
use crate::seeds::{SeedChoices, Seeds};
use crate::toml_file;
use crate::train_settings::TrainSettings;

/// Training examples of each class of `synth-digits`, unless asked for otherwise: one of the sizes of
/// the papers, with which the whole of `hesscope run` takes less than two minutes on two cores.
const SYNTH_PER_CLASS: usize = 51;

/// Every setting of a run, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The data set.
    pub dataset: DatasetName,
    /// Where its files are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Training examples of each class; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples_per_class: Option<PerClass>,
    /// Test examples of each class; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_examples_per_class: Option<PerClass>,
    /// Seed of subsets, weights, batches and probes, but for those that [`seeds`](Self::seeds) gives by themselves.
    pub seed: u64,
    /// The device.
    pub device: String,
    /// The precision of the analysis; training is in float32.
    pub precision: String,
    /// The network, by name or with options.
    pub net: NetConfig,
    /// Seeds of single things.
    #[serde(skip_serializing_if = "SeedChoices::is_empty")]
    pub seeds: SeedChoices,
    /// The file of weights to start from; random ones if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Its SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights_sha256: Option<String>,
    /// Which of the data are taken, and how they are changed.
    pub data: DataSettings,
    /// How it is trained.
    pub train: TrainSettings,
    /// What is measured.
    pub analysis: AnalysisChoices,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            dataset: DatasetName::SynthDigits,
            data_dir: None,
            examples_per_class: None,
            test_examples_per_class: None,
            seed: 0,
            device: "cpu".into(),
            precision: "f32".into(),
            net: NetConfig::SmallCnn(Default::default()),
            seeds: SeedChoices::default(),
            weights: None,
            weights_sha256: None,
            data: DataSettings::default(),
            train: TrainSettings::default(),
            analysis: AnalysisChoices::default(),
        }
    }
}

/// The table `analysis`. Absent numbers are chosen from the size of the network and of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnalysisChoices {
    /// The operators `run` analyses.
    pub operators: Vec<String>,
    /// The splits it analyses them over.
    pub splits: Vec<String>,
    /// The epochs it analyses, of those kept; the last if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<Vec<usize>>,
    /// Random probes of the density.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<usize>,
    /// Lanczos steps of each probe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lanczos_steps: Option<usize>,
    /// Lanczos steps of the range and the leading eigenvalues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_steps: Option<usize>,
    /// Leading eigenpairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<usize>,
    /// How Lanczos vectors are kept orthogonal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reorthogonalisation: Option<Reorthogonalisation>,
    /// The error of the density, as a share of the width of the bulk; where present, probes and steps are added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density_error: Option<f64>,
    /// Most products with one vector that this may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_products: Option<usize>,
    /// MiB the vectors and the tensors of one pass may take together, about.
    pub memory_mib: usize,
    /// Seconds between the snapshots of an estimation, from which it goes on when it was stopped; 0 for one after every
    /// step.
    #[serde(skip_serializing_if = "is_usual")]
    pub snapshot_seconds: f64,
}

/// Seconds between snapshots.
const SNAPSHOT_SECONDS: f64 = 10.0;

/// Left out of what is written, as it was before it could be chosen.
fn is_usual(seconds: &f64) -> bool {
    *seconds == SNAPSHOT_SECONDS
}

impl Default for AnalysisChoices {
    fn default() -> Self {
        AnalysisChoices {
            operators: Part::MAIN.map(|part| part.name().to_string()).to_vec(),
            splits: vec!["train".into()],
            epochs: None,
            probes: None,
            lanczos_steps: None,
            range_steps: None,
            top: None,
            reorthogonalisation: None,
            density_error: None,
            max_products: None,
            memory_mib: 12288,
            snapshot_seconds: SNAPSHOT_SECONDS,
        }
    }
}

impl AnalysisChoices {
    /// Lays flags over the file's values.
    pub fn override_with(&mut self, flags: &EstimationOptions) -> Result<(), Failure> {
        if let Some(name) = &flags.reorthogonalisation {
            self.reorthogonalisation = Some(reorthogonalisation(name)?);
        }
        self.density_error = flags.density_error.or(self.density_error);
        let lay = |over: Option<usize>, under: &mut Option<usize>| *under = over.or(*under);
        lay(flags.probes, &mut self.probes);
        lay(flags.lanczos_steps, &mut self.lanczos_steps);
        lay(flags.range_steps, &mut self.range_steps);
        lay(flags.top, &mut self.top);
        lay(flags.max_products, &mut self.max_products);
        self.check()
    }

    fn check(&self) -> Result<(), Failure> {
        let refuse = |key: &str, value: f64, range: &str| {
            Err(Failure::new(format!(
                "analysis.{key} is {value}: give a number {range}"
            )))
        };
        let seconds = self.snapshot_seconds;
        if !(0.0..=1e9).contains(&seconds) {
            return refuse("snapshot-seconds", seconds, "from 0 to 1e9");
        }
        match self.density_error {
            Some(error) if !(error > 0.0 && error < 1.0) => {
                refuse("density-error", error, "between 0 and 1, such as 0.01")
            }
            _ => Ok(()),
        }
    }
}

/// The word for a way of keeping Lanczos vectors orthogonal.
pub fn reorthogonalisation_word(how: Reorthogonalisation) -> &'static str {
    match how {
        Reorthogonalisation::None => "none",
        Reorthogonalisation::Selective => "selective",
        Reorthogonalisation::Full => "full",
    }
}

/// Reads it.
pub fn reorthogonalisation(word: &str) -> Result<Reorthogonalisation, Failure> {
    [
        Reorthogonalisation::None,
        Reorthogonalisation::Selective,
        Reorthogonalisation::Full,
    ]
    .into_iter()
    .find(|&how| reorthogonalisation_word(how) == word)
    .ok_or_else(|| {
        Failure::new(format!(
            "the reorthogonalisation `{word}` is not known: choose none, selective or full"
        ))
    })
}

/// A split of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitName {
    Train,
    Test,
}

impl SplitName {
    pub fn as_str(self) -> &'static str {
        match self {
            SplitName::Train => "train",
            SplitName::Test => "test",
        }
    }
}

impl FromStr for SplitName {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        match name {
            "train" => Ok(SplitName::Train),
            "test" => Ok(SplitName::Test),
            _ => Err(Failure::new(format!(
                "there is no split `{name}`: choose train or test"
            ))),
        }
    }
}

/// Reads a precision.
pub fn precision(name: &str) -> Result<Precision, Failure> {
    match name {
        "f32" => Ok(Precision::F32),
        "f64" => Ok(Precision::F64),
        _ => Err(Failure::new(format!(
            "there is no precision `{name}`: choose f32 or f64"
        ))),
    }
}

impl Settings {
    /// The settings that the flags and their file ask for, checked as far as that is possible without
    /// the data.
    pub fn resolve(options: &RunOptions) -> Result<Self, Failure> {
        let settings = Self::laid(options)?;
        settings.check()?;
        Ok(settings)
    }

    /// As [`resolve`](Self::resolve), for settings that are changed before they are [checked](Self::check).
    pub fn laid(options: &RunOptions) -> Result<Self, Failure> {
        let settings = match &options.config {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        settings.laid_under(options)
    }

    /// These settings with flags over them, resolved and checked in the same way.
    pub fn under(self, options: &RunOptions) -> Result<Self, Failure> {
        let settings = self.laid_under(options)?;
        settings.check()?;
        Ok(settings)
    }

    fn laid_under(self, options: &RunOptions) -> Result<Self, Failure> {
        let mut settings = self;
        if let Some(name) = &options.dataset {
            settings.dataset = name.parse()?;
        }
        if let Some(name) = &options.net
            && settings.net.name() != name
        {
            settings.net = NetConfig::from_name(name)?;
        }
        let RunOptions {
            data_dir,
            examples_per_class,
            test_examples_per_class,
            ..
        } = options;
        settings.data_dir = data_dir.clone().or(settings.data_dir).or_else(|| {
            let fetched = data::default_folder(settings.dataset.as_str());
            fetched.is_dir().then_some(fetched)
        });
        settings.data.override_with(&options.data);
        settings.weights = options.weights.clone().or(settings.weights);
        if let Some(path) = &settings.weights {
            let bytes = fs::read(path).map_err(|error| {
                Failure::new(format!(
                    "cannot read the weights {}: {error}; check the path",
                    path.display()
                ))
            })?;
            settings.weights_sha256 = Some(sha256(&bytes));
        }
        settings.examples_per_class = examples_per_class.or(settings.examples_per_class);
        settings.test_examples_per_class =
            test_examples_per_class.or(settings.test_examples_per_class);
        settings.settle_size();
        settings.seed = options.seed.unwrap_or(settings.seed);
        settings.device = options.device.clone().unwrap_or(settings.device);
        settings.precision = options.precision.clone().unwrap_or(settings.precision);
        settings.train.override_with(&options.train)?;
        let analysis = &mut settings.analysis;
        analysis.operators = options
            .operators
            .clone()
            .unwrap_or(analysis.operators.clone());
        analysis.override_with(&options.estimation)?;
        Ok(settings)
    }

    /// Chooses the training examples of each class where nobody did and there is no end of them.
    pub fn settle_size(&mut self) {
        if self.dataset == DatasetName::SynthDigits {
            // Drawing more costs nothing, but analysing them does.
            self.examples_per_class
                .get_or_insert(SYNTH_PER_CLASS.into());
        }
    }

    /// Reads a file of settings.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        toml_file::parse(path, &toml_file::text(path, "settings")?)
    }

    /// Checks every value, as far as that is possible without the data.
    pub fn check(&self) -> Result<(), Failure> {
        precision(&self.precision)?;
        self.train.check(self.all_seeds())?;
        self.analysis.check()?;
        for operator in &self.analysis.operators {
            Terms::from_str(operator)?;
        }
        for split in &self.analysis.splits {
            SplitName::from_str(split)?;
        }
        for epoch in self.analysis.epochs.iter().flatten() {
            if !self.train_config()?.keeps(*epoch) {
                return Err(Failure::new(format!(
                    "the analysis asks for epoch {epoch}, whose weights are not kept: add it to \
                     train.checkpoint-epochs, or choose 0 or {}",
                    self.train.epochs
                )));
            }
        }
        Ok(())
    }

    /// What to load.
    pub fn dataset_spec(&self) -> DatasetSpec {
        DatasetSpec {
            name: self.dataset,
            data_dir: self.data_dir.clone(),
            train_per_class: self.examples_per_class,
            test_per_class: self.test_examples_per_class,
            seed: self.all_seeds().data,
            classes: self.data.classes.clone(),
            label_noise: self.data.label_noise,
            noise_seed: Some(self.all_seeds().noise),
            augment: self.data.augment,
            coarse_labels: self.data.coarse_labels,
            image_size: self.data.image_size,
            skip_broken: self.data.skip_broken,
            cache_dir: self.data.cache_dir.clone(),
            normalization: self.data.normalization.clone(),
        }
    }

    /// Every seed.
    pub fn all_seeds(&self) -> Seeds {
        self.seeds.resolve(self.seed)
    }

    /// How to train; where the learning rate is searched for, with the first of those to try in its place.
    pub fn train_config(&self) -> Result<TrainConfig, SettingError> {
        self.train.config(self.all_seeds())
    }

    /// The epochs that `run` analyses.
    pub fn analysed_epochs(&self) -> Vec<usize> {
        self.analysis
            .epochs
            .clone()
            .unwrap_or_else(|| vec![self.train.epochs])
    }

    /// The part that determines the trained weights: everything but what is measured, how precisely,
    /// where the data lie, and what else is written.
    pub fn training_part(&self) -> Self {
        Settings {
            data_dir: None,
            weights: None,
            data: DataSettings {
                cache_dir: None,
                ..self.data.clone()
            },
            precision: Self::default().precision,
            analysis: AnalysisChoices::default(),
            train: TrainSettings {
                tensorboard: false,
                ..self.train.clone()
            },
            seeds: SeedChoices {
                probes: None,
                ..self.seeds
            },
            ..self.clone()
        }
    }

    /// SHA-256 of [`training_part`](Self::training_part) as TOML.
    pub fn hash(&self) -> Result<String, Failure> {
        Ok(sha256(toml::to_string(&self.training_part())?.as_bytes()))
    }

    /// Every setting as a dotted key and its value, for the report.
    pub fn table(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut rows = Vec::new();
        flatten("", &toml::Value::try_from(self)?, &mut rows);
        Ok(rows)
    }
}

fn flatten(prefix: &str, value: &toml::Value, rows: &mut Vec<(String, String)>) {
    if let toml::Value::Table(table) = value {
        for (key, value) in table {
            let path = if prefix.is_empty() {
                key.clone()
            } else {
                format!("{prefix}.{key}")
            };
            flatten(&path, value, rows);
        }
    } else {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_string);
        rows.push((prefix.to_string(), text));
    }
}
