//! The settings of a run, resolved.

use std::ops::Not;
use std::path::{Path, PathBuf};

use hesscope_data::{DatasetName, DatasetSpec, PerClass};
use hesscope_files::{sha256_file, sha256_hex};
use hesscope_models::{SettingError, TrainConfig};
use hesscope_records::Precision;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use toml::{Table, Value};

use super::analysis::AnalysisChoices;
use super::checkpoint_epochs::CheckpointEpochs;
use super::data::DataSettings;
use super::loss::LossSettings;
use super::net::NetSettings;
use super::seeds::{SeedChoices, Seeds};
use super::toml_file;
use super::train::TrainSettings;
use crate::device::DeviceName;
use crate::error::StudyError;

/// Training examples of each class of `synth-digits`, unless asked for otherwise: one of the sizes of
/// the papers, with which the whole of `hesscope run` takes less than two minutes on two cores.
const SYNTH_PER_CLASS: usize = 51;

/// Every setting of a run, resolved.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The data set.
    pub dataset: DatasetName,
    /// Where its files are.
    pub data_dir: Option<PathBuf>,
    /// Training examples of each class; all if absent.
    pub examples_per_class: Option<PerClass>,
    /// Test examples of each class; all if absent.
    pub test_examples_per_class: Option<PerClass>,
    /// Seed of subsets, weights, batches and probes, but for those that [`seeds`](Self::seeds) gives by themselves.
    pub seed: u64,
    /// The device.
    pub device: DeviceName,
    /// The precision of the analysis; training is in float32.
    pub precision: Precision,
    /// The network, by name or with options.
    pub net: NetSettings,
    /// Seeds of single things.
    #[serde(skip_serializing_if = "SeedChoices::is_empty")]
    pub seeds: SeedChoices,
    /// The file of weights to start from; random ones if absent.
    pub weights: Option<PathBuf>,
    /// Whether tensors of that file that the network has no place for are passed over.
    #[serde(skip_serializing_if = "Not::not")]
    pub weights_allow_extra: bool,
    /// Its SHA-256.
    pub weights_sha256: Option<String>,
    /// Which of the data are taken, and how they are changed.
    pub data: DataSettings,
    /// The loss whose Hessian is measured.
    #[serde(skip_serializing_if = "LossSettings::is_plain")]
    pub loss: LossSettings,
    /// How it is trained.
    pub train: TrainSettings,
    /// What is measured.
    pub analysis: AnalysisChoices,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            dataset: DatasetName::SYNTH_DIGITS,
            data_dir: None,
            examples_per_class: None,
            test_examples_per_class: None,
            seed: 0,
            device: DeviceName::default(),
            precision: Precision::default(),
            net: NetSettings::default(),
            seeds: SeedChoices::default(),
            weights: None,
            weights_allow_extra: false,
            weights_sha256: None,
            data: DataSettings::default(),
            loss: LossSettings::default(),
            train: TrainSettings::default(),
            analysis: AnalysisChoices::default(),
        }
    }
}

impl Settings {
    /// The settings of a file with a table of flags over them, resolved and checked as far as that is possible without
    /// the data.
    ///
    /// # Errors
    ///
    /// What is wrong in the file, with its line, and the first value that is out of its range.
    pub fn resolve(file: Option<&Path>, flags: &Table) -> Result<Self, StudyError> {
        let mut table = Table::new();
        if let Some(path) = file {
            let text = toml_file::text(path, "settings")?;
            // What does not read is said with its line.
            let _: Settings = toml_file::parse(path, &text)?;
            table = toml_file::parse(path, &text)?;
        }
        toml_file::lay_over(flags, &mut table);
        Self::from_table(table)?.completed()
    }

    /// These settings with a table of flags over them, resolved and checked likewise.
    ///
    /// # Errors
    ///
    /// The first value that is out of its range.
    pub fn under(&self, flags: &Table) -> Result<Self, StudyError> {
        let mut table = self.to_table()?;
        toml_file::lay_over(flags, &mut table);
        Self::from_table(table)?.completed()
    }

    /// Settings as a table; absent ones are left out.
    ///
    /// # Errors
    ///
    /// None for settings that came from a table.
    pub fn to_table(&self) -> Result<Table, StudyError> {
        Table::try_from(self).map_err(|error| StudyError::setting(error.to_string()))
    }

    /// Reads a table of settings.
    ///
    /// # Errors
    ///
    /// What is wrong in it.
    pub fn from_table(mut table: Table) -> Result<Self, StudyError> {
        train_no_model(&mut table);
        table.try_into().map_err(|error: toml::de::Error| {
            StudyError::setting(error.message().replace('\n', " "))
        })
    }

    /// What was left to be found, found: where the data lie, the weights' checksum, the size of what is drawn; and every
    /// value checked.
    ///
    /// # Errors
    ///
    /// Weights that cannot be read, and the first value that is out of its range.
    pub fn completed(mut self) -> Result<Self, StudyError> {
        self.data_dir = match self.data_dir {
            Some(folder) => Some(absolute(&folder)?),
            None => {
                let fetched = default_data_folder(self.dataset.as_str());
                fetched.is_dir().then(|| absolute(&fetched)).transpose()?
            }
        };
        if let Some(path) = &self.weights {
            let sum = sha256_file(path).map_err(|error| {
                StudyError::setting(format!(
                    "cannot read the weights {}: {error}; check the path",
                    path.display()
                ))
            })?;
            self.weights = Some(absolute(path)?);
            self.weights_sha256 = Some(sum);
        }
        self.net = self.net.completed(absolute)?;
        self.settle_size();
        self.check()?;
        Ok(self)
    }

    /// Chooses the training examples of each class where nobody did and there is no end of them.
    pub fn settle_size(&mut self) {
        if self.dataset == DatasetName::SYNTH_DIGITS {
            // Drawing more costs nothing, but analysing them does.
            self.examples_per_class
                .get_or_insert(SYNTH_PER_CLASS.into());
        }
    }

    /// Checks every value, as far as that is possible without the data.
    ///
    /// # Errors
    ///
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), StudyError> {
        for (key, size) in [
            ("examples-per-class", self.examples_per_class),
            ("test-examples-per-class", self.test_examples_per_class),
        ] {
            if size.and_then(PerClass::count) == Some(0) {
                return Err(StudyError::setting(format!(
                    "{key} is 0: give at least 1, or all"
                )));
            }
        }
        self.train.check(self.all_seeds())?;
        self.loss.check(self.train.epochs)?;
        if let Some(model) = self.net.onnx() {
            let model = model.onnx.display();
            if self.train.epochs != 0 {
                return Err(StudyError::setting(format!(
                    "a model from an ONNX file is measured as it is, but the training has {} epochs: leave --epochs out, or \
                     train {model} where it comes from",
                    self.train.epochs
                )));
            }
            if self.weights.is_some() {
                return Err(StudyError::setting(format!(
                    "weights are given beside the model {model}, which has its own: leave --weights out"
                )));
            }
        }
        self.analysis.check()?;
        for epoch in self.analysis.epochs.iter().flatten() {
            if !self.train_config()?.keeps(*epoch) {
                return Err(StudyError::setting(format!(
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
            without_test: self.data.without_test,
            cache_dir: self.data.cache_dir.clone(),
            without_normalization: self.data.without_normalization,
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

    /// Trains to the last of these epochs, keeps the weights of all, and analyses them.
    pub fn analyse_at(&mut self, mut epochs: Vec<usize>) {
        epochs.sort_unstable();
        epochs.dedup();
        let last = epochs.last().copied().unwrap_or_default();
        let between = epochs
            .iter()
            .copied()
            .filter(|&epoch| epoch != 0 && epoch != last);
        self.train.epochs = last;
        self.train.checkpoint_epochs = CheckpointEpochs::List(between.collect());
        self.analysis.epochs = Some(epochs);
    }

    /// The part that determines the trained weights: everything but what is measured, how precisely,
    /// where the data lie, and what else is written.
    pub fn training_part(&self) -> Self {
        Settings {
            data_dir: None,
            net: self.net.without_place(),
            weights: None,
            weights_allow_extra: false,
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
    pub fn hash(&self) -> Result<String, StudyError> {
        let text = toml::to_string(&self.training_part())
            .map_err(|error| StudyError::setting(error.to_string()))?;
        Ok(sha256_hex(text.as_bytes()))
    }

    /// Every setting as a dotted key and its value, for the report.
    pub fn table(&self) -> Result<Vec<(String, String)>, StudyError> {
        let mut rows = Vec::new();
        flatten("", &Value::Table(self.to_table()?), &mut rows);
        Ok(rows)
    }
}

/// A model from a file is measured as it is, unless training is asked for, which is then refused.
fn train_no_model(table: &mut Table) {
    let is_model = |net: &Value| net.get("onnx").is_some();
    if table.get("net").is_some_and(is_model)
        && let Value::Table(train) = table
            .entry("train")
            .or_insert_with(|| Value::Table(Table::new()))
    {
        train.entry("epochs").or_insert(Value::Integer(0));
    }
}

fn flatten(prefix: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    if let Value::Table(table) = value {
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

/// The folder with the files of a data set unless another is given.
pub fn default_data_folder(name: &str) -> PathBuf {
    Path::new("data").join(name)
}

/// A path that means the same from every folder.
fn absolute(path: &Path) -> Result<PathBuf, StudyError> {
    if path.to_str().is_none() {
        return Err(StudyError::setting(format!(
            "the path {} is not UTF-8, as settings are: rename it, or lay a link to it",
            path.display()
        )));
    }
    std::path::absolute(path).map_err(|error| StudyError::read(path, error))
}

/// The keys of two settings whose values are not the same.
///
/// # Errors
///
/// None for settings that came from a table.
pub fn differing(one: &Settings, other: &Settings) -> Result<Vec<String>, StudyError> {
    let (one, other) = (one.table()?, other.table()?);
    let mut keys: Vec<String> = one
        .iter()
        .filter(|row| !other.contains(row))
        .chain(other.iter().filter(|row| !one.contains(row)))
        .map(|(key, _)| key.clone())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}
