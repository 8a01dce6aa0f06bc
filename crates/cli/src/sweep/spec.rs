//! The spec of a sweep: a file in TOML.

use std::path::Path;

use hesscope_data::{DatasetName, PerClass};
use hesscope_models::NetConfig;
use serde::{Deserialize, Deserializer};

use super::many::Many;
use super::points::{Point, points};
use crate::failure::Failure;
use crate::learning_rate::LearningRate;
use crate::settings::Settings;
use crate::toml_file;

/// A spec as it was read.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The file's text.
    pub text: String,
    /// Its runs, in order.
    pub points: Vec<Point>,
}

impl Spec {
    /// Reads a spec and resolves all its runs.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = toml_file::text(path, "spec of a sweep")?;
        // The types refuse what they do not know, with its line; which settings are given at all is in the tables.
        let spec: SpecFile = toml_file::parse(path, &text)?;
        let tables: SpecTables = toml_file::parse(path, &text)?;
        let points = points(&spec, &tables)
            .map_err(|failure| Failure::new(format!("{}: {failure}", path.display())))?;
        Ok(Spec { text, points })
    }
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpecFile {
    /// What is varied.
    pub grid: Grid,
    /// What all runs share, as in the file of `--config`.
    #[serde(rename = "base")]
    _base: Settings,
    /// What some runs have otherwise.
    #[serde(rename = "override")]
    pub overrides: Vec<Override>,
    /// What is left out.
    pub exclude: Vec<Condition>,
}

/// The axes of the grid; an absent one has the value that the base gives it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grid {
    pub dataset: Option<Many<DatasetName>>,
    pub net: Option<Many<Net>>,
    pub examples_per_class: Option<Many<PerClass>>,
    pub learning_rate: Option<Many<LearningRate>>,
    pub seed: Option<Many<u64>>,
    /// The epochs analysed, of one training, whose length is the last.
    pub epochs: Option<Many<usize>>,
    /// The operators analysed.
    pub operators: Option<Many<String>>,
    /// The splits analysed.
    pub splits: Option<Many<String>>,
}

/// A network, by name or with options.
#[derive(Debug, Clone, PartialEq)]
pub struct Net(pub NetConfig);

impl<'de> Deserialize<'de> for Net {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NetConfig::deserialize(deserializer).map(Net)
    }
}

/// `[[override]]`: other epochs or settings where a condition holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    #[serde(rename = "where")]
    pub condition: Condition,
    #[serde(default)]
    pub epochs: Option<Many<usize>>,
    #[serde(default, rename = "settings")]
    _settings: Settings,
}

/// A run that has one of the values of every key that is given.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    pub dataset: Option<Many<DatasetName>>,
    /// The network's name.
    pub net: Option<Many<String>>,
    pub examples_per_class: Option<Many<PerClass>>,
    pub learning_rate: Option<Many<LearningRate>>,
    pub seed: Option<Many<u64>>,
}

/// The same file without types: the settings that are given, and no others.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SpecTables {
    pub base: toml::Table,
    #[serde(rename = "override")]
    pub overrides: Vec<OverrideTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OverrideTable {
    pub settings: toml::Table,
}
