//! What to train on what, and what to measure.

use std::ops::Not;
use std::path::PathBuf;

use hesscope_data::{DatasetName, PerClass};
use hesscope_records::{Precision, Terms};
use hesscope_study::device::DeviceName;
use hesscope_study::settings::Settings;
use serde::Serialize;
use toml::Table;

use super::data::DataOptions;
use super::estimation::EstimationOptions;
use super::lists::{dataset_help, net_help};
use super::table::table;
use super::train::TrainOptions;
use super::value::{SettingsPath, net_name, seed};
use crate::failure::Failure;

/// What to train on what, and what to measure; everything may also stand in the file of `--config`.
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SettingsOptions {
    #[arg(long, help = dataset_help())]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetName>,
    /// Folder with the files of the data set [default: data/DATASET, where `hesscope data fetch` puts them]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<SettingsPath>,
    #[command(flatten)]
    pub data: DataOptions,
    #[arg(long, help = net_help(), value_parser = net_name)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net: Option<String>,
    /// Start from the weights of this file, .safetensors or PyTorch's .pt and .pth, rather than from random ones; with
    /// --epochs 0 they are measured as they are
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<SettingsPath>,
    /// Pass over tensors of the weights' file that the network has no place for
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    pub weights_allow_extra: bool,
    /// Training examples per class: a number, all, or paper-1 to paper-20 for the sizes of the papers
    /// [default: all, or 51 of synth-digits]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub examples_per_class: Option<PerClass>,
    /// Test examples per class [default: all, or 100 of synth-digits]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_examples_per_class: Option<PerClass>,
    #[command(flatten)]
    pub train: TrainOptions,
    /// Seed of subsets, weights, batches and probes [default: 0]
    #[arg(long, value_parser = seed)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Device, see `hesscope devices` [default: cpu]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// Precision of the products: f32 or f64 [default: f32]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    #[command(flatten)]
    pub analysis: AnalysisOptions,
    /// Settings in TOML; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// What to measure: the table `analysis`.
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AnalysisOptions {
    /// Operators to analyse, separated by commas: hess, g, h, a1, a2, b1, b2, b2[3], a1+a2, g-a1 …
    /// [default: hess,g,h]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operators: Option<Vec<Terms>>,
    #[command(flatten)]
    #[serde(flatten)]
    pub estimation: EstimationOptions,
}

impl SettingsOptions {
    /// As settings.
    pub fn table(&self) -> Table {
        table(self)
    }

    /// The settings of the file with these options over them, checked.
    pub fn resolve(&self) -> Result<Settings, Failure> {
        Ok(Settings::resolve(self.config.as_deref(), &self.table())?)
    }
}
