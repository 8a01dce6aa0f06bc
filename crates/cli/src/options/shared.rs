//! What runs have in common, whether one is made or many.

use hesscope_data::{DatasetName, PerClass};
use hesscope_records::Precision;
use hesscope_study::device::DeviceName;
use hesscope_study::settings::LearningRate;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::data::DataOptions;
use super::lists::{dataset_help, net_help};
use super::value::{SettingsPath, count, net_name, per_class, schedule_name, seed};

/// What runs have in common; it may also stand in the file of `--config`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SharedOptions {
    #[arg(long, help = dataset_help())]
    pub dataset: Option<DatasetName>,
    /// Folder with the files of the data set [default: data/DATASET, where `hesscope data fetch` puts them]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<SettingsPath>,
    #[command(flatten)]
    pub data: DataOptions,
    #[arg(long, help = net_help(), value_parser = net_name)]
    pub net: Option<String>,
    /// Test examples per class [default: all, or 100 of synth-digits]
    #[arg(long, value_name = "N", value_parser = per_class)]
    pub test_examples_per_class: Option<PerClass>,
    /// Seed of subsets, weights, batches and probes [default: 0]
    #[arg(long, value_parser = seed)]
    pub seed: Option<u64>,
    /// Device, see `hesscope devices` [default: cpu]
    #[arg(long)]
    pub device: Option<DeviceName>,
    /// Precision of the products: f32 or f64 [default: f32]
    #[arg(long)]
    pub precision: Option<Precision>,
}

/// How runs are trained alike: the table `train`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SharedTrainOptions {
    /// Examples in a mini-batch of training [default: 128]
    #[arg(long, value_name = "N", value_parser = count)]
    pub batch_size: Option<usize>,
    /// Learning rate of the first epoch, or `search` to train at each of ten from 0.0001 to 0.1 and keep the one of the
    /// lowest final training loss [default: 0.02]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub learning_rate: Option<LearningRate>,
    /// Schedule of the learning rate: step, cosine, constant [default: step]
    #[arg(long, value_name = "NAME", value_parser = schedule_name)]
    pub schedule: Option<String>,
}
