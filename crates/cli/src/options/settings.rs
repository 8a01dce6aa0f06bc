//! What to train on what, and what to measure.

use std::path::PathBuf;

use hesscope_records::Terms;
use hesscope_study::settings::Settings;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::estimation::EstimationOptions;
use super::shared::SharedOptions;
use super::start::StartOptions;
use super::table::table;
use super::train::TrainOptions;
use crate::failure::Failure;

/// What to train on what, and what to measure; everything may also stand in the file of `--config`.
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
pub struct SettingsOptions {
    #[command(flatten)]
    #[serde(flatten)]
    shared: SharedOptions,
    #[command(flatten)]
    #[serde(flatten)]
    start: StartOptions,
    #[command(flatten)]
    train: TrainOptions,
    #[command(flatten)]
    analysis: AnalysisOptions,
    /// Settings in TOML; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    #[serde(skip)]
    config: Option<PathBuf>,
}

/// What to measure: the table `analysis`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AnalysisOptions {
    /// Operators to analyse, separated by commas: hess, g, h, a1, a2, b1, b2, b2[3], a1+a2, g-a1 …
    /// [default: hess,g,h]
    #[arg(long, value_name = "NAMES")]
    operators: Option<Vec<Terms>>,
    #[command(flatten)]
    #[serde(flatten)]
    estimation: EstimationOptions,
}

impl SettingsOptions {
    /// The settings of the file with these options over them, checked.
    pub fn resolve(&self) -> Result<Settings, Failure> {
        Ok(Settings::resolve(self.config.as_deref(), &table(self))?)
    }
}
