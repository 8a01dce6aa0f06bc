//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use hesscope_data::PerClass;
use hesscope_hvp::{Part, Terms};

use crate::attribute::AttributeOptions;
use crate::dataset_help;
use crate::dynamics::DynamicsOptions;
use crate::export::ExportOptions;
use crate::figure::FigureCommand;
use crate::schema::SchemaOptions;
use crate::sweep::SweepArgs;

/// Measures the spectrum of the loss Hessian of a network, and of every part it decomposes into.
#[derive(Debug, Parser)]
#[command(name = "hesscope", version, about, propagate_version = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a network, measure the spectra of Hess, G and H, and write a report
    Run(RunOptions),
    /// Train a network and keep its checkpoints
    Train(RunOptions),
    /// Measure the spectrum of one operator at one checkpoint of a run
    Spectrum(SpectrumOptions),
    /// Measure how outlier spaces, class means and the gradient of a run lie to each other, along its training
    Overlaps(OverlapsOptions),
    /// Say of each finding of the papers whether it holds of a run: what belongs to G, to H and to their parts
    Attribute(AttributeOptions),
    /// Train at several sample sizes, and follow the spectra of Hess and its parts over these and over epochs
    Dynamics(DynamicsOptions),
    /// Draw a figure of the papers from runs, or from what it trains
    #[command(subcommand)]
    Figure(FigureCommand),
    /// Write the report of a run again from what its folder holds
    Report(ReportOptions),
    /// Write weights, analyses or eigenvectors to files that other programs read
    Export(ExportOptions),
    /// Print the JSON schema of a kind of file
    Schema(SchemaOptions),
    /// List, describe, fetch and check data sets
    #[command(subcommand)]
    Data(DataCommand),
    /// List the devices this build can compute on
    Devices,
    /// Run a grid of data sets, networks, sample sizes, epochs, seeds and learning rates into one table
    Sweep(SweepArgs),
    /// Check a device against exact references
    Verify(VerifyOptions),
}

/// What to train on what, and where; everything may also stand in the file of `--config`.
#[derive(Debug, Default, clap::Args)]
pub struct RunOptions {
    #[arg(long, help = dataset_help::all())]
    pub dataset: Option<String>,
    /// Folder with the files of the data set [default: data/DATASET, where `hesscope data fetch` puts them]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub data: DataOptions,
    /// Network: mlp, small-cnn, vgg11, resnet18, densenet40, vgg11-torchvision, resnet18-torchvision
    /// [default: small-cnn]
    #[arg(long)]
    pub net: Option<String>,
    /// Start from the weights of this file, .safetensors or PyTorch's .pt and .pth, rather than from random
    /// ones; with --epochs 0 they are analysed as they are
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Training examples of each class: a number, all, or paper-1 to paper-20 for the sizes of the papers
    /// [default: all, or 51 of synth-digits]
    #[arg(long, value_name = "N")]
    pub examples_per_class: Option<PerClass>,
    /// Test examples of each class [default: all, or 100 of synth-digits]
    #[arg(long, value_name = "N")]
    pub test_examples_per_class: Option<PerClass>,
    #[command(flatten)]
    pub train: TrainOptions,
    /// Seed of subsets, weights, batches and probes [default: 0]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Device, see `hesscope devices` [default: cpu]
    #[arg(long)]
    pub device: Option<String>,
    /// Precision of the analysis: f32 or f64 [default: f32]
    #[arg(long)]
    pub precision: Option<String>,
    /// Operators to analyse, separated by commas: hess, g, h, a1, a2, b1, b2, b2[3], a1+a2, g-a1 …
    /// [default: hess,g,h]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub operators: Option<Vec<String>>,
    #[command(flatten)]
    pub estimation: EstimationOptions,
    /// Settings in TOML; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Folder of the run [default: runs/DATASET-NET-HASH]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// How to train.
#[derive(Debug, Default, clap::Args)]
pub struct TrainOptions {
    /// Passes over the training examples [default: 20]
    #[arg(long)]
    pub epochs: Option<usize>,
    /// Examples in a mini-batch of training [default: 128]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<usize>,
    /// Learning rate of the first epoch, or `search` to train at each of ten from 0.0001 to 0.1 and
    /// keep the one of the lowest final training loss [default: 0.02]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub learning_rate: Option<String>,
    /// Epochs of each training of a search [default: all]
    #[arg(long, value_name = "N")]
    pub search_epochs: Option<usize>,
    /// Share of the last step kept in the next [default: 0.9]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub momentum: Option<f64>,
    /// Coefficient of the weights in the gradient [default: 0.0005]
    #[arg(long, value_name = "COEFFICIENT", allow_negative_numbers = true)]
    pub weight_decay: Option<f64>,
    /// Schedule of the learning rate: step, cosine, constant [default: step]
    #[arg(long, value_name = "NAME")]
    pub schedule: Option<String>,
    /// Epochs over which the learning rate rises to its initial value [default: 0]
    #[arg(long, value_name = "N")]
    pub warm_up_epochs: Option<usize>,
    /// Epochs whose weights are kept beside the first and the last: numbers separated by commas,
    /// `log` for ten spaced logarithmically, or `log:N`
    #[arg(long, value_name = "EPOCHS")]
    pub checkpoint_epochs: Option<String>,
    /// Evaluate both splits after every N epochs, and where weights are kept [default: 1]
    #[arg(long, value_name = "N")]
    pub eval_every: Option<usize>,
    /// Also write the metrics as an event file for TensorBoard
    #[arg(long)]
    pub tensorboard: bool,
}

/// Which of the data are taken, and how they are changed.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DataOptions {
    /// Classes to take, by name or number, separated by commas [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub classes: Option<Vec<String>>,
    /// Share of the training labels to replace by other ones, from 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub label_noise: Option<f64>,
    /// Train on randomly cropped and flipped images
    #[arg(long)]
    pub augment: bool,
    /// Take the 20 coarse classes of cifar-100 rather than the 100 fine ones
    #[arg(long)]
    pub coarse_labels: bool,
    /// Pixels along a side, for images read from folders [default: 224, or 32 of folder]
    #[arg(long, value_name = "PIXELS")]
    pub image_size: Option<usize>,
    /// Leave out images that cannot be read, and name them
    #[arg(long)]
    pub skip_broken: bool,
    /// Do without test images, and test on those of training
    #[arg(long)]
    pub without_test: bool,
    /// Folder for images made ready [default: the system's place for caches]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// How much work goes into a spectrum.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct EstimationOptions {
    /// Random probes of the density
    #[arg(long, value_name = "N")]
    pub probes: Option<usize>,
    /// Lanczos steps of each probe
    #[arg(long, value_name = "N")]
    pub lanczos_steps: Option<usize>,
    /// Lanczos steps of the range and the leading eigenvalues
    #[arg(long, value_name = "N")]
    pub range_steps: Option<usize>,
    /// Leading eigenpairs; those that have converged and stand apart are taken out before the density
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// How Lanczos vectors are kept orthogonal: none, selective or full [default: full where they fit the memory]
    #[arg(long, value_name = "HOW")]
    pub reorthogonalisation: Option<String>,
    /// Add probes and Lanczos steps until the density is within this Wasserstein-1 distance, as a share of the width
    /// of the bulk, as in 0.01
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub density_error: Option<f64>,
    /// Most products with one vector that this may take [default: 20000]
    #[arg(long, value_name = "N")]
    pub max_products: Option<usize>,
}

/// Which spectrum of which run.
#[derive(Debug, clap::Args)]
pub struct SpectrumOptions {
    /// Folder of the run
    pub run: PathBuf,
    /// Part of the Hessian: hess, g, h, a1, a2, b1, b2, b2 of one class as in b2[3], or a sum or
    /// difference of parts as in a1+a2 or g-a1
    #[arg(long, default_value_t = Terms::from(Part::Hess))]
    pub operator: Terms,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value = "train")]
    pub split: String,
    /// Epoch of the checkpoint [default: the last]
    #[arg(long)]
    pub epoch: Option<usize>,
    #[command(flatten)]
    pub computing: ComputingOptions,
    #[command(flatten)]
    pub estimation: EstimationOptions,
}

/// Where an earlier run is analysed.
#[derive(Debug, Default, clap::Args)]
pub struct ComputingOptions {
    /// Device, see `hesscope devices` [default: the run's]
    #[arg(long)]
    pub device: Option<String>,
    /// Precision: f32 or f64 [default: the run's]
    #[arg(long)]
    pub precision: Option<String>,
}

/// Which subspaces of which run.
#[derive(Debug, clap::Args)]
pub struct OverlapsOptions {
    /// Folder of the run
    pub run: PathBuf,
    /// Operators whose outlier spaces are compared, separated by commas; the class means and the gradient
    /// come along
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "hess,g,a1,a2"
    )]
    pub operators: Vec<Terms>,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value = "train")]
    pub split: String,
    /// Epochs, separated by commas [default: all whose weights are kept]
    #[arg(long, value_name = "EPOCHS", value_delimiter = ',')]
    pub epochs: Option<Vec<usize>>,
    /// Dimension of every outlier space [default: the outliers counted, or the number of classes where none are]
    #[arg(long, value_name = "N")]
    pub pairs: Option<usize>,
    #[command(flatten)]
    pub computing: ComputingOptions,
    #[command(flatten)]
    pub estimation: EstimationOptions,
}

/// Which report.
#[derive(Debug, clap::Args)]
pub struct ReportOptions {
    /// Folder of the run
    pub run: PathBuf,
}

/// What to do with which data set.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// List the data sets
    List,
    /// Say what a data set is, its licence and source, and what its folder holds
    Info(InfoOptions),
    /// Download data sets into data/NAME, checking every byte
    Fetch(FetchOptions),
    /// Compare the files of a data set with the published ones
    Verify(VerifyDataOptions),
}

/// Which data set to describe.
#[derive(Debug, clap::Args)]
pub struct InfoOptions {
    /// Data set, see `hesscope data list`
    pub name: String,
    /// Folder with its files [default: data/NAME]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// Which data sets to fetch, and from where.
#[derive(Debug, clap::Args)]
pub struct FetchOptions {
    #[arg(required = true, value_name = "NAME", help = dataset_help::fetched())]
    pub names: Vec<String>,
    /// Folder for the files [default: data/NAME]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address of a folder that has the files under their official names, tried before all others
    #[arg(long, value_name = "URL")]
    pub mirror: Option<String>,
    /// Also unpack archives; hesscope reads them as they are
    #[arg(long)]
    pub unpack: bool,
    /// Replace files that are there with other bytes
    #[arg(long)]
    pub replace: bool,
}

/// Which data set to check.
#[derive(Debug, clap::Args)]
pub struct VerifyDataOptions {
    #[arg(help = dataset_help::fetched())]
    pub name: String,
    /// Folder with its files [default: data/NAME]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// Which references on which device.
#[derive(Debug, clap::Args)]
pub struct VerifyOptions {
    /// References in safetensors
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Device, see `hesscope devices`
    #[arg(long, default_value = "cpu")]
    pub device: String,
    /// Precision: f32 or f64
    #[arg(long, default_value = "f64")]
    pub precision: String,
    /// Largest relative error that passes [default: 1e-10 in f64, 1e-4 in f32]
    #[arg(long, allow_negative_numbers = true)]
    pub tolerance: Option<f64>,
}
