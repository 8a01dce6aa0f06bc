//! What runs have in common, whether one is made or many, or what is compared.

use hesscope_data::{DatasetName, PerClass};
use hesscope_records::Precision;
use hesscope_study::device::DeviceName;
use hesscope_study::settings::LearningRate;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::data::DataOptions;
use super::lists::{dataset_help, net_help};
use super::value::{SettingsPath, count, net_name, per_class, schedule_name, seed};

/// A network and its data; everything may also stand in the file of `--config`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SubjectOptions {
    #[arg(long, help = dataset_help())]
    dataset: Option<DatasetName>,
    /// Folder with the files of the data set [default: data/DATASET, where `hesscope data fetch` puts them]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<SettingsPath>,
    #[command(flatten)]
    data: DataOptions,
    #[arg(long, help = net_help(), value_parser = net_name)]
    net: Option<String>,
    /// Seed of subsets, weights, batches and probes [default: 0]
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
}

/// What runs have in common.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SharedOptions {
    #[command(flatten)]
    #[serde(flatten)]
    subject: SubjectOptions,
    /// Test examples per class [default: all, or 100 of synth-digits]
    #[arg(long, value_name = "N", value_parser = per_class)]
    test_examples_per_class: Option<PerClass>,
    /// Device, see `hesscope devices` [default: cpu]
    #[arg(long)]
    device: Option<DeviceName>,
    /// Precision of the products: f32 or f64 [default: f32]
    #[arg(long)]
    precision: Option<Precision>,
}

/// How runs are trained alike: the table `train`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SharedTrainOptions {
    /// Examples in a mini-batch of training [default: 128]
    #[arg(long, value_name = "N", value_parser = count)]
    batch_size: Option<usize>,
    /// Learning rate of the first epoch, or `search` to train at each of ten from 0.0001 to 0.1 and keep the one of the
    /// lowest final training loss [default: 0.02]
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    learning_rate: Option<LearningRate>,
    /// Schedule of the learning rate: step, cosine, constant [default: step]
    #[arg(long, value_name = "NAME", value_parser = schedule_name)]
    schedule: Option<String>,
}
