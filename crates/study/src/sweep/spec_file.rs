//! The spec of a sweep, as its file has it.

use hesscope_data::{DatasetName, PerClass};
use hesscope_records::{Split, Terms};
use serde::Deserialize;
use serde_with::{OneOrMany, serde_as};
use toml::Table;

use crate::settings::{LearningRate, NetSettings, Settings};

/// The file. Its types refuse what they do not know; which settings are given at all stands in [`SpecTables`].
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

/// The axes of the grid; an absent one has the value that the base gives it. Its types refuse bad values with their line.
#[serde_as]
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[allow(dead_code)]
pub struct Grid {
    #[serde_as(as = "Option<OneOrMany<_>>")]
    dataset: Option<Vec<DatasetName>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    net: Option<Vec<NetSettings>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    examples_per_class: Option<Vec<PerClass>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    learning_rate: Option<Vec<LearningRate>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    seed: Option<Vec<u64>>,
    /// The epochs analysed, of one training, whose length is the last.
    #[serde_as(as = "Option<OneOrMany<_>>")]
    pub epochs: Option<Vec<usize>>,
    /// The operators analysed.
    #[serde_as(as = "Option<OneOrMany<_>>")]
    operators: Option<Vec<Terms>>,
    /// The splits analysed.
    #[serde_as(as = "Option<OneOrMany<_>>")]
    splits: Option<Vec<Split>>,
}

/// `[[override]]`: other epochs or settings where a condition holds.
#[serde_as]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    #[serde(rename = "where")]
    pub condition: Condition,
    #[serde(default)]
    #[serde_as(as = "Option<OneOrMany<_>>")]
    pub epochs: Option<Vec<usize>>,
    #[serde(default, rename = "settings")]
    _settings: Settings,
}

/// A run that has one of the values of every key that is given.
#[serde_as]
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    #[serde_as(as = "Option<OneOrMany<_>>")]
    dataset: Option<Vec<DatasetName>>,
    /// The network's name.
    #[serde_as(as = "Option<OneOrMany<_>>")]
    net: Option<Vec<String>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    examples_per_class: Option<Vec<PerClass>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    learning_rate: Option<Vec<LearningRate>>,
    #[serde_as(as = "Option<OneOrMany<_>>")]
    seed: Option<Vec<u64>>,
}

impl Condition {
    /// Whether a run is meant.
    pub fn holds(&self, settings: &Settings) -> bool {
        fn has<T>(values: &Option<Vec<T>>, is: impl Fn(&T) -> bool) -> bool {
            values.as_ref().is_none_or(|values| values.iter().any(is))
        }
        let size = settings.examples_per_class.unwrap_or(PerClass::All);
        has(&self.dataset, |&dataset| dataset == settings.dataset)
            && has(&self.net, |net| *net == settings.net.name())
            && has(&self.examples_per_class, |&wanted| wanted == size)
            && has(&self.learning_rate, |&rate| {
                rate == settings.train.learning_rate
            })
            && has(&self.seed, |&seed| seed == settings.seed)
    }

    /// Whether every run is meant.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The same file without types: the settings that are given, and no others.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SpecTables {
    pub grid: Table,
    pub base: Table,
    #[serde(rename = "override")]
    pub overrides: Vec<OverrideTable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OverrideTable {
    pub settings: Table,
}
