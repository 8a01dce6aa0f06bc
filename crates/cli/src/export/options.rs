//! What is exported, and where to.

use std::path::PathBuf;

use hesscope_hvp::Terms;

/// What of which run to write where.
#[derive(Debug, clap::Args)]
pub struct ExportOptions {
    /// Folder of the run
    pub run: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = What::Weights)]
    pub what: What,
    /// Operator, of an analysis or of eigenvectors [default: the only one there is]
    #[arg(long)]
    pub operator: Option<Terms>,
    /// Split: train or test [default: the only one there is]
    #[arg(long)]
    pub split: Option<String>,
    /// Epoch [default: the last for weights, else the only one there is]
    #[arg(long)]
    pub epoch: Option<usize>,
    /// File to write, its format by its ending: .safetensors of weights, .json, .npz or .safetensors of an analysis,
    /// .npz or .safetensors of eigenvectors; with `--what all` a folder
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// What there is to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum What {
    /// The weights of a checkpoint, in PyTorch's names and layouts
    Weights,
    /// An analysis: as JSON its file, else its arrays, the densities on linear and logarithmic axes among them
    Analysis,
    /// The leading eigenpairs that `hesscope overlaps` keeps
    Eigenvectors,
    /// All of it in a folder: the weights of every kept epoch, every analysis as JSON and as arrays, overlaps,
    /// eigenvectors
    All,
}
