//! `hesscope dynamics`: the spectra of Hess and its parts over epochs and sample sizes.

use std::path::PathBuf;

use hesscope_data::PerClass;
use hesscope_records::{Along, Dynamics, Split, Terms};
use hesscope_study::dynamics::{DynamicsRequest, dynamics, words};
use serde::Serialize;
use toml::Table;

use crate::failure::Failure;
use crate::options::{EstimationOptions, SharedOptions, SharedTrainOptions};
use crate::output::{Terminal, findings, table};

/// What is trained at which sizes, and analysed at which epochs.
#[derive(Debug, clap::Args)]
pub struct DynamicsOptions {
    #[command(flatten)]
    settings: RunsOptions,
    /// Sample sizes: training examples of each class, separated by commas, each a number, all, or paper-1 to paper-20
    #[arg(
        long,
        value_name = "SIZES",
        value_delimiter = ',',
        default_value = "13,37,136,365"
    )]
    examples_per_class: Vec<PerClass>,
    /// Epochs that are analysed, separated by commas; the last is how long is trained
    #[arg(
        long,
        value_name = "EPOCHS",
        value_delimiter = ',',
        default_value = "0,1,2,5,20"
    )]
    epochs: Vec<usize>,
    /// Operators to analyse, separated by commas, as those of `hesscope run`
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "hess,g,h,a1,a2,b1,b2"
    )]
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
    let flags = Table::try_from(&options.settings)?;
    let (file, out) = (options.config.as_deref(), options.out.as_deref());
    let made = dynamics(&request, file, &flags, out, &terminal)?;
    terminal.print(text(&made.dynamics));
    terminal.print(made.html.display());
    Ok(())
}

/// The counts as a table for each operator, the transitions and the findings.
fn text(dynamics: &Dynamics) -> String {
    let mut out = String::new();
    for (place, operator) in dynamics.settings.operators.iter().enumerate() {
        let epochs = dynamics
            .settings
            .epochs
            .iter()
            .map(|epoch| format!("epoch {epoch}"));
        let header: Vec<String> = std::iter::once("per class".to_owned())
            .chain(epochs)
            .collect();
        let rows = dynamics.settings.sizes.iter().map(|(size, _)| {
            let cells = dynamics.cells.iter().filter(|cell| cell.size == *size);
            let counts = cells.map(|cell| {
                let count = cell.spectra[place].outliers.positive.number();
                count.map_or_else(|| "undecided".to_owned(), |count| count.to_string())
            });
            std::iter::once(size.clone()).chain(counts).collect()
        });
        out += &format!(
            "{operator}: positive outliers (C = {})\n{}\n",
            dynamics.classes,
            table(&header, &rows.collect::<Vec<_>>())
        );
    }
    let transitions = dynamics.transitions.iter().map(|found| {
        let (held, what) = match found.along {
            Along::Epochs => (format!("{} per class", found.at), "epoch"),
            Along::Sizes => (format!("epoch {}", found.at), "size"),
        };
        format!(
            "{}, {held}: {}",
            found.operator,
            words(&found.outcome, what)
        )
    });
    let judged = dynamics.findings.iter().map(findings::finding);
    out + &transitions.chain(judged).collect::<Vec<_>>().join("\n")
}
