//! What to train on what, and what to measure.

use std::ops::Not;
use std::path::PathBuf;

use hesscope_data::PerClass;
use hesscope_records::Terms;
use hesscope_study::settings::Settings;
use serde::Serialize;
use serde_with::skip_serializing_none;
use toml::Table;

use super::estimation::EstimationOptions;
use super::loss::LossOptions;
use super::model::ModelOptions;
use super::shared::SharedOptions;
use super::table::table;
use super::train::TrainOptions;
use super::value::{SettingsPath, per_class};
use crate::failure::Failure;

/// What to train on what, and what to measure; everything may also stand in the file of `--config`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SettingsOptions {
    #[command(flatten)]
    #[serde(flatten)]
    pub shared: SharedOptions,
    #[command(flatten)]
    #[serde(flatten)]
    pub model: ModelOptions,
    #[command(flatten)]
    pub loss: LossOptions,
    /// Start from the weights of this file, .safetensors or PyTorch's .pt and .pth, rather than from random ones; with
    /// --epochs 0 they are measured as they are [default: random weights]
    #[arg(long, value_name = "FILE")]
    pub weights: Option<SettingsPath>,
    /// Pass over tensors of the weights' file that the network has no place for
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    pub weights_allow_extra: bool,
    /// Training examples per class: a number, all, or paper-1 to paper-20 for the sizes of the papers
    /// [default: all, or 51 of synth-digits]
    #[arg(long, value_name = "N", value_parser = per_class)]
    pub examples_per_class: Option<PerClass>,
    #[command(flatten)]
    pub train: TrainOptions,
    #[command(flatten)]
    pub analysis: AnalysisOptions,
    /// Settings in TOML; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// What to measure: the table `analysis`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AnalysisOptions {
    /// Operators to analyse, separated by commas: hess, g, h, a1, a2, b1, b2, b2[3], a1+a2, g-a1 …
    /// [default: hess,g,h]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
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
