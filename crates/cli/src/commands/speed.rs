//! `hesscope speed`: how long products and steps of training take on a device.

use std::path::PathBuf;

use clap::ValueEnum;
use hesscope_data::DatasetName;
use hesscope_models::NetConfig;
use hesscope_records::{NetworkSpeed, Precision, Speed, Terms, Timed, Times};
use hesscope_study::device::DeviceName;
use hesscope_study::settings::Settings;
use hesscope_study::speed::{SpeedRequest, speed};
use serde::Serialize;
use serde_with::skip_serializing_none;
use toml::Table;

use crate::failure::Failure;
use crate::options::value::{SettingsPath, image_shape, seed};
use crate::output::{Terminal, table};

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
        value_delimiter = ',',
        default_value = "small-cnn",
        value_parser = NetConfig::from_name
    )]
    net: Vec<NetConfig>,
    /// Operators, separated by commas, as those of `hesscope run`
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "hess,g,h"
    )]
    operators: Vec<Terms>,
    /// Vectors that are multiplied together, K: numbers separated by commas
    #[arg(long, value_name = "K", value_delimiter = ',', default_value = "1,8")]
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
    let data = match options.data.dataset {
        Some(_) => Some(Settings::resolve(None, &Table::try_from(&options.data)?)?),
        None => None,
    };
    let request = SpeedRequest {
        device: options.device,
        precision: options.precision,
        networks: options.net.clone(),
        operators: options.operators.clone(),
        directions: options.directions.clone(),
        examples: options.examples,
        input: options.input,
        data,
        products: options.only != Some(Only::Training),
        training: options.only != Some(Only::Products),
        training_batch: options.batch_size,
        memory_mib: options.memory_mib,
        time_limit: options.time_limit,
        seed: options.seed,
    };
    let terminal = Terminal::new();
    let found = speed(&request, options.json.as_deref(), &terminal)?;
    terminal.print(text(&found));
    if let Some(file) = &options.json {
        terminal.print(file.display());
    }
    Ok(())
}

/// What was measured on what, and a row for each measurement.
fn text(speed: &Speed) -> String {
    let settings = &speed.settings;
    let [channels, height, width] = settings.input;
    let images = settings.dataset.as_deref().unwrap_or("random images");
    let header = [
        "network",
        "p",
        "what",
        "K",
        "at once",
        "first, s",
        "ms",
        "least",
        "largest",
        "examples/s",
        "GFLOP/s",
    ];
    let mut rows = Vec::new();
    let mut not_done = String::new();
    for network in &speed.networks {
        let at_once = network.plan.map_or_else(String::new, |plan| {
            format!("{} x {}", plan.batch_size, plan.directions)
        });
        for products in &network.products {
            let (what, vectors) = (
                products.operator.to_string(),
                products.directions.to_string(),
            );
            let cells = [what, vectors, at_once.clone()];
            rows.extend(row(network, cells, &products.timed, &mut not_done));
        }
        if let Some(timed) = &network.training {
            let cells = [
                "training".to_owned(),
                String::new(),
                settings.training_batch.to_string(),
            ];
            rows.extend(row(network, cells, timed, &mut not_done));
        }
    }
    format!(
        "{}, {}: {} examples of {channels}x{height}x{width} in {} classes, {images}\n{}{not_done}",
        speed.origin.device,
        settings.precision,
        settings.examples,
        settings.classes,
        table(&header.map(str::to_owned), &rows),
    )
}

/// The row of a measurement; one that was not done is said below the table.
fn row(
    network: &NetworkSpeed,
    [what, vectors, at_once]: [String; 3],
    timed: &Timed,
    not_done: &mut String,
) -> Option<Vec<String>> {
    match timed {
        Timed::Done(times) => {
            let mut cells = vec![
                network.network.clone(),
                network.parameters.to_string(),
                what,
                vectors,
                at_once,
            ];
            cells.extend(numbers(times));
            Some(cells)
        }
        Timed::NotDone(reason) => {
            let vectors = if vectors.is_empty() {
                vectors
            } else {
                format!(", K = {vectors}")
            };
            *not_done += &format!("\n{}, {what}{vectors}: {reason}", network.network);
            None
        }
    }
}

fn numbers(times: &Times) -> [String; 6] {
    let milliseconds = times.milliseconds;
    [
        format!("{:.2}", times.first),
        format!("{:.4}", milliseconds.median),
        format!("{:.4}", milliseconds.least),
        format!("{:.4}", milliseconds.largest),
        format!("{:.0}", times.examples_per_second),
        times.gflops.map_or_else(String::new, rate),
    ]
}

/// A rate to about three digits.
fn rate(gflops: f64) -> String {
    let decimals = if gflops < 10.0 { 2 } else { 0 };
    format!("{gflops:.decimals$}")
}
