//! What the network of one run starts from.

use std::ops::Not;

use hesscope_data::PerClass;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::loss::LossOptions;
use super::model::ModelOptions;
use super::value::{SettingsPath, per_class};

/// What the network of one run starts from, on how many examples, and which loss is measured.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StartOptions {
    #[command(flatten)]
    #[serde(rename = "net", skip_serializing_if = "ModelOptions::are_absent")]
    model: ModelOptions,
    #[command(flatten)]
    loss: LossOptions,
    /// Start from the weights of this file, .safetensors or PyTorch's .pt and .pth, rather than from random ones
    /// [default: random weights]
    #[arg(long, value_name = "FILE")]
    weights: Option<SettingsPath>,
    /// Pass over tensors of the weights' file that the network has no place for
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    weights_allow_extra: bool,
    /// Training examples per class: a number, all, or paper-1 to paper-20 for the sizes of the papers
    /// [default: all, or 51 of synth-digits]
    #[arg(long, value_name = "N", value_parser = per_class)]
    examples_per_class: Option<PerClass>,
}
