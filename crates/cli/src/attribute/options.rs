//! The options of `hesscope attribute`.

use std::path::PathBuf;

use crate::args::{ComputingOptions, EstimationOptions};

/// Which network's spectrum is attributed.
#[derive(Debug, clap::Args)]
pub struct AttributeOptions {
    /// Folder of the run
    pub run: PathBuf,
    /// Epoch of the checkpoint [default: the last]
    #[arg(long)]
    pub epoch: Option<usize>,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value = "train")]
    pub split: String,
    /// Random probes of the energies of the bulk, at least 2
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub energy_probes: usize,
    #[command(flatten)]
    pub computing: ComputingOptions,
    #[command(flatten)]
    pub estimation: EstimationOptions,
}
