//! `hesscope speed`: how long products and steps of training take on a device.

use std::path::PathBuf;

use clap::ValueEnum;
use hesscope_data::DatasetName;
use hesscope_models::NetConfig;
use hesscope_records::{Precision, Terms};
use hesscope_report::plain;
use hesscope_study::device::DeviceName;
use hesscope_study::settings::Settings;
use hesscope_study::speed::{SpeedRequest, speed};
use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::failure::Failure;
use crate::options::table;
use crate::options::value::{SettingsPath, image_shape, seed};
use crate::output::Terminal;

/// What the numbers are, as `--help` says.
const NUMBERS: &str = "\
Times are of all examples, with every product or step read back from the device. `first` is the first product, with what the
device compiles and tunes for it. It is formed again until five more are done or a second is over: `ms` is their median an
example and a vector, and behind it the least and the largest. GFLOP/s count convolutions and matrix products alone. Networks
have random weights, and nothing is trained but the steps that are timed.";

/// What is timed on which device.
#[derive(Debug, clap::Args)]
#[command(after_help = NUMBERS)]
pub struct SpeedOptions {
    /// Device, see `hesscope devices`
    #[arg(long, default_value_t)]
    device: DeviceName,
    /// Precision of the products: f32 or f64; training is in f32
    #[arg(long, default_value_t = Precision::F32)]
    precision: Precision,
    /// Networks, separated by commas, as those of `hesscope run`
    #[arg(
        long,
        value_name = "NAMES",
        default_value = "small-cnn",
        value_parser = NetConfig::from_name
    )]
    net: Vec<NetConfig>,
    /// Operators, separated by commas, as those of `hesscope run`
    #[arg(long, value_name = "NAMES", default_value = "hess,g,h")]
    operators: Vec<Terms>,
    /// Vectors that are multiplied together, K: numbers separated by commas
    #[arg(long, value_name = "K", default_value = "1,8")]
    directions: Vec<usize>,
    /// Examples that a product is the mean over
    #[arg(long, value_name = "N", default_value_t = 512)]
    examples: usize,
    /// Channels, height and width of random images, of 10 classes
    #[arg(
        long,
        value_name = "CxHxW",
        default_value = "3x32x32",
        conflicts_with = "dataset",
        value_parser = image_shape
    )]
    input: [usize; 3],
    #[command(flatten)]
    data: SpeedDataOptions,
    /// Measure one of the two alone [default: both]
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// Examples in a mini-batch of training
    #[arg(long, value_name = "N", default_value_t = 128)]
    batch_size: usize,
    /// MiB that products may take [default: three quarters of a GPU's, 12288 on other devices]
    #[arg(long, value_name = "MIB")]
    memory_mib: Option<usize>,
    /// Seconds that one measurement may take; what takes longer is ended between two mini-batches, and said
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    time_limit: f64,
    /// Seed of images, weights and vectors
    #[arg(long, default_value_t = 0, value_parser = seed)]
    seed: u64,
    /// Write the times also as a record, after each measurement
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One of the two that are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Products with the operators
    Products,
    /// Steps of training
    Training,
}

/// Data in place of random images.
#[skip_serializing_none]
#[derive(Debug, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
struct SpeedDataOptions {
    /// Data set whose images are taken, evenly spaced over the training split, in place of random ones [default: random images]
    #[arg(long)]
    dataset: Option<DatasetName>,
    /// Folder with the files of the data set [default: data/DATASET]
    #[arg(long, value_name = "DIR", requires = "dataset")]
    data_dir: Option<SettingsPath>,
}

/// Measures, and prints a table.
pub fn run(options: &SpeedOptions) -> Result<(), Failure> {
    let data = options.data.dataset.as_ref();
    let data = data.map(|_| Settings::resolve(None, &table(&options.data)));
    let request = SpeedRequest {
        device: options.device,
        precision: options.precision,
        networks: options.net.clone(),
        operators: options.operators.clone(),
        directions: options.directions.clone(),
        examples: options.examples,
        input: options.input,
        data: data.transpose()?,
        products: options.only != Some(Only::Training),
        training: options.only != Some(Only::Products),
        training_batch: options.batch_size,
        memory_mib: options.memory_mib,
        time_limit: options.time_limit,
        seed: options.seed,
    };
    let terminal = Terminal::new();
    let found = speed(&request, options.json.as_deref(), &terminal)?;
    terminal.print(plain::speed(&found));
    if let Some(file) = &options.json {
        terminal.print(file.display());
    }
    Ok(())
}
