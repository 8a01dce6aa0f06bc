//! The options of `hesscope dynamics`.

use std::path::PathBuf;

use hesscope_data::PerClass;

use crate::args::{DataOptions, EstimationOptions, RunOptions, TrainOptions};
use crate::dataset_help;

/// What is trained at which sizes, and analysed at which epochs; everything but these may also stand in the file of
/// `--config`.
#[derive(Debug, Clone, clap::Args)]
pub struct DynamicsOptions {
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
    /// Sample sizes: training examples of each class, separated by commas, each a number, all, or paper-1 to paper-20
    #[arg(
        long,
        value_name = "SIZES",
        value_delimiter = ',',
        default_value = "13,37,136,365"
    )]
    pub examples_per_class: Vec<PerClass>,
    /// Test examples of each class [default: all, or 100 of synth-digits]
    #[arg(long, value_name = "N")]
    pub test_examples_per_class: Option<PerClass>,
    /// Epochs that are analysed, separated by commas; the last is how long is trained
    #[arg(
        long,
        value_name = "EPOCHS",
        value_delimiter = ',',
        default_value = "0,1,2,5,20"
    )]
    pub epochs: Vec<usize>,
    /// Operators to analyse, separated by commas, as those of `hesscope run`
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "hess,g,h,a1,a2,b1,b2"
    )]
    pub operators: Vec<String>,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value = "train")]
    pub split: String,
    /// Examples in a mini-batch of training [default: 128]
    #[arg(long, value_name = "N")]
    pub batch_size: Option<usize>,
    /// Learning rate of the first epoch, or `search` to search for that of each sample size [default: 0.02]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub learning_rate: Option<String>,
    /// Schedule of the learning rate: step, cosine, constant [default: step]
    #[arg(long, value_name = "NAME")]
    pub schedule: Option<String>,
    /// Seed of subsets, weights, batches and probes [default: 0]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Device, see `hesscope devices` [default: cpu]
    #[arg(long)]
    pub device: Option<String>,
    /// Precision of the analysis: f32 or f64 [default: f32]
    #[arg(long)]
    pub precision: Option<String>,
    #[command(flatten)]
    pub estimation: EstimationOptions,
    /// Settings in TOML, as of `hesscope run`; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Folder for the runs, the numbers and the figures [default: dynamics/DATASET-NET-HASH]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

impl DynamicsOptions {
    /// The run of one sample size that keeps the weights of these epochs.
    pub fn run(&self, size: PerClass, epochs: &[usize]) -> RunOptions {
        let listed: Vec<String> = epochs.iter().map(usize::to_string).collect();
        RunOptions {
            dataset: self.dataset.clone(),
            data_dir: self.data_dir.clone(),
            data: self.data.clone(),
            net: self.net.clone(),
            weights: None,
            examples_per_class: Some(size),
            test_examples_per_class: self.test_examples_per_class,
            train: TrainOptions {
                epochs: epochs.last().copied(),
                batch_size: self.batch_size,
                learning_rate: self.learning_rate.clone(),
                schedule: self.schedule.clone(),
                checkpoint_epochs: Some(listed.join(",")),
                ..TrainOptions::default()
            },
            seed: self.seed,
            device: self.device.clone(),
            precision: self.precision.clone(),
            operators: Some(self.operators.clone()),
            estimation: self.estimation.clone(),
            config: self.config.clone(),
            out: None,
        }
    }
}
