//! `hesscope export`: weights, analyses and eigenvectors in files that other programs read.

use std::path::PathBuf;

use clap::ValueEnum;
use hesscope_records::{Split, Terms};
use hesscope_study::export::{ExportKind, Selection, export};
use hesscope_study::run::RunFolder;

use crate::failure::Failure;
use crate::output::Terminal;

/// What of which run to write where.
#[derive(Debug, clap::Args)]
pub struct ExportOptions {
    /// Folder of the run
    run: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = What::Weights)]
    what: What,
    /// Operator, of an analysis or of eigenvectors [default: the only one there is]
    #[arg(long)]
    operator: Option<Terms>,
    /// Split: train or test [default: the only one there is]
    #[arg(long)]
    split: Option<Split>,
    /// Epoch [default: the last for weights, else the only one there is]
    #[arg(long)]
    epoch: Option<usize>,
    /// Digits that the key of an analysis or of eigenvectors begins with, those at the end of its file's name [default: any]
    #[arg(long)]
    key: Option<String>,
    /// File to write, its format by its ending: .safetensors of weights, .json, .npz or .safetensors of an analysis,
    /// .npz or .safetensors of eigenvectors; with `--what all` a folder
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What there is to export.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The weights of a checkpoint, in PyTorch's names and layouts
    Weights,
    /// An analysis: as JSON its file, else its arrays, the densities on linear and logarithmic axes among them
    Analysis,
    /// The leading eigenpairs of an operator
    Eigenvectors,
    /// All of it in a folder: the weights of every kept epoch, every analysis as JSON and as arrays, overlaps,
    /// leading eigenvalues, eigenvectors
    All,
}

/// Writes the file, or the folder.
pub fn run(options: &ExportOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let folder = RunFolder::read(&options.run)?;
    let kind = match options.what {
        What::Weights => ExportKind::Weights,
        What::Analysis => ExportKind::Analysis,
        What::Eigenvectors => ExportKind::Eigenvectors,
        What::All => ExportKind::All,
    };
    let selection = Selection {
        operator: options.operator,
        split: options.split,
        epoch: options.epoch,
        key: options.key.clone(),
    };
    export(&folder, kind, &selection, &options.out, &terminal)?;
    terminal.print(options.out.display());
    Ok(())
}
