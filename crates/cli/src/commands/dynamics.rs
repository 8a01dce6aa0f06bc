//! `hesscope dynamics`: the spectra of Hess and its parts over epochs and sample sizes.

use std::path::PathBuf;

use hesscope_data::PerClass;
use hesscope_records::{Split, Terms};
use hesscope_report::plain;
use hesscope_study::dynamics::{DynamicsRequest, dynamics};
use serde::Serialize;

use crate::failure::Failure;
use crate::options::{EstimationOptions, SharedOptions, SharedTrainOptions, table};
use crate::output::Terminal;

/// What is trained at which sizes, and analysed at which epochs.
#[derive(Debug, clap::Args)]
pub struct DynamicsOptions {
    #[command(flatten)]
    settings: RunsOptions,
    /// Sample sizes: training examples of each class, separated by commas, each a number, all, or paper-1 to paper-20
    #[arg(long, value_name = "SIZES", default_value = "13,37,136,365")]
    examples_per_class: Vec<PerClass>,
    /// Epochs that are analysed, separated by commas; the last is how long is trained
    #[arg(long, value_name = "EPOCHS", default_value = "0,1,2,5,20")]
    epochs: Vec<usize>,
    /// Operators to analyse, separated by commas, as those of `hesscope run`
    #[arg(long, value_name = "NAMES", default_value = "hess,g,h,a1,a2,b1,b2")]
    operators: Vec<Terms>,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value_t = Split::Train)]
    split: Split,
    /// Settings in TOML, as of `hesscope run`; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    /// Folder for the runs, the numbers and the figures [default: dynamics/DATASET-NET-HASH]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What all runs share; it may also stand in the file of `--config`.
#[derive(Debug, clap::Args, Serialize)]
struct RunsOptions {
    #[command(flatten)]
    #[serde(flatten)]
    shared: SharedOptions,
    #[command(flatten)]
    train: SharedTrainOptions,
    #[command(flatten)]
    analysis: EstimationOptions,
}

/// Trains and analyses, or finds what was done before, and prints the counts, the transitions and the findings.
pub fn run(options: &DynamicsOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let request = DynamicsRequest {
        sizes: options.examples_per_class.clone(),
        epochs: options.epochs.clone(),
        operators: options.operators.clone(),
        split: options.split,
    };
    let flags = table(&options.settings);
    let (file, out) = (options.config.as_deref(), options.out.as_deref());
    let made = dynamics(&request, file, &flags, out, &terminal)?;
    terminal.found(plain::dynamics(&made.dynamics), &made.html);
    Ok(())
}
