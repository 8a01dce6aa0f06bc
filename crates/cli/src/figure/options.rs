//! The command line of `hesscope figure`.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::args::{ComputingOptions, EstimationOptions};

/// Which figure of the papers.
#[derive(Debug, Subcommand)]
pub enum FigureCommand {
    /// Draw the spectra of the Hessian over the training and the test split, one column a data set, of one network
    #[command(name = "1")]
    Spectra(SpectraOptions),
    /// Draw the class means g_c and g_cc' in the plane by t-SNE, one panel a network, with scores of their clustering
    /// by class
    #[command(name = "2")]
    Means(MeansOptions),
}

/// How much is trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scale {
    /// Minutes on two cores: small networks, 136 training and 100 test examples of each class (51 and 100 of
    /// synth-digits), 20 epochs, or 60 of photographs
    Quick,
    /// The papers' size, for a large machine: VGG11, 5000 training examples of each class, all test examples,
    /// 200 epochs, or 350 of CIFAR, at the best of ten learning rates
    Paper,
}

/// The figure of spectra.
#[derive(Debug, clap::Args)]
pub struct SpectraOptions {
    #[command(flatten)]
    pub runs: RunsOptions,
    /// Network to train [default: small-cnn; at --scale paper vgg11]
    #[arg(long, conflicts_with = "runs")]
    pub net: Option<String>,
    /// Draw all panels on one axis of eigenvalues, rather than those of each data set
    #[arg(long)]
    pub common_axis: bool,
    #[command(flatten)]
    pub common: CommonOptions,
}

/// The figure of class means.
#[derive(Debug, clap::Args)]
pub struct MeansOptions {
    #[command(flatten)]
    pub runs: RunsOptions,
    /// Networks to train, separated by commas [default: small-cnn,mlp; at --scale paper vgg11,resnet18,densenet40]
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "runs"
    )]
    pub nets: Option<Vec<String>>,
    /// Examples the means are over: train or test
    #[arg(long, default_value = "train")]
    pub split: String,
    #[command(flatten)]
    pub common: CommonOptions,
}

/// Which runs, or what to train.
#[derive(Debug, clap::Args)]
pub struct RunsOptions {
    /// Folders of runs to draw; where none is given they are trained, or found again in the folder runs
    #[arg(value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// What to train
    #[arg(long, value_enum, default_value = "quick", conflicts_with = "runs")]
    pub scale: Scale,
    /// Data sets, separated by commas [default: mnist,cifar-10,synth-digits; at --scale paper
    /// mnist,fashion-mnist,cifar-10]
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "runs"
    )]
    pub datasets: Option<Vec<String>>,
    /// Folder that holds a folder with the files of each data set, under its name [default: data]
    #[arg(long, value_name = "DIR", conflicts_with = "runs")]
    pub data_root: Option<PathBuf>,
    /// Settings in TOML that the scale is laid over, as for `hesscope run`
    #[arg(long, value_name = "FILE.toml", conflicts_with = "runs")]
    pub config: Option<PathBuf>,
    /// Seed of the runs trained [default: 0]
    #[arg(long, conflicts_with = "runs")]
    pub seed: Option<u64>,
}

/// How it is computed, and where it is written.
#[derive(Debug, clap::Args)]
pub struct CommonOptions {
    /// Folder for the figure
    #[arg(long, value_name = "DIR", default_value = "figures")]
    pub out: PathBuf,
    #[command(flatten)]
    pub computing: ComputingOptions,
    #[command(flatten)]
    pub estimation: EstimationOptions,
}
