//! `hesscope compare`: one configuration on several devices, or equal runs that were made apart.

use std::ops::Not;
use std::path::PathBuf;

use hesscope_data::{DatasetName, PerClass};
use hesscope_records::{Compared, Comparison, Precision};
use hesscope_study::compare::{CompareRequest, ComparisonFiles, compare_devices, compare_runs};
use hesscope_study::device::DeviceName;
use hesscope_study::settings::Settings;
use serde::Serialize;
use serde_with::skip_serializing_none;
use toml::Table;

use crate::failure::Failure;
use crate::options::value::{SettingsPath, net_name, per_class, seed};
use crate::options::{
    AnalysisOptions, DataOptions, LossOptions, ModelOptions, dataset_help, net_help,
};
use crate::output::{Terminal, table};

/// What is compared how, as `--help` says.
const HOW: &str = "\
Of devices, one network is initialised on the CPU and given to each; the reference is the CPU in float64. Of runs, whose
settings are equal but for the device, the recorded analyses are compared with those of the first. A device agrees where
logits, products and leading eigenvalues are within 1e-4 of the reference in float32, and 1e-10 in float64. The exit code is
1 where one does not. Mean, mean square and density are estimates of random probes: they are shown and not judged.";

/// What is compared.
#[derive(Debug, clap::Args)]
#[command(after_help = HOW)]
pub struct CompareOptions {
    /// Folders of runs, the first of which is the reference
    #[arg(value_name = "RUN", required_unless_present = "devices")]
    runs: Vec<PathBuf>,
    /// Devices, separated by commas, see `hesscope devices`
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "runs"
    )]
    devices: Vec<DeviceName>,
    /// Precisions that each device computes in, separated by commas: f32, f64
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "f32",
        conflicts_with = "runs"
    )]
    precisions: Vec<Precision>,
    /// Random vectors that each operator is multiplied with
    #[arg(long, value_name = "N", default_value_t = 2, conflicts_with = "runs")]
    vectors: usize,
    #[command(flatten)]
    settings: ConfigurationOptions,
    /// Settings in TOML, as of `hesscope run`; flags win over them
    #[arg(long, value_name = "FILE.toml", conflicts_with = "runs")]
    config: Option<PathBuf>,
    /// Folder for the numbers, the figure and the page
    #[arg(long, value_name = "DIR", default_value = "compare")]
    out: PathBuf,
}

/// The network and its data; everything may also stand in the file of `--config`.
#[skip_serializing_none]
#[derive(Debug, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ConfigurationOptions {
    #[arg(long, help = dataset_help())]
    dataset: Option<DatasetName>,
    /// Folder with the files of the data set [default: data/DATASET, where `hesscope data fetch` puts them]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<SettingsPath>,
    #[command(flatten)]
    data: DataOptions,
    #[arg(long, help = net_help(), value_parser = net_name)]
    net: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    model: ModelOptions,
    #[command(flatten)]
    loss: LossOptions,
    /// Take the weights of this file, as `hesscope run` does [default: random weights]
    #[arg(long, value_name = "FILE")]
    weights: Option<SettingsPath>,
    /// Pass over tensors of the weights' file that the network has no place for
    #[arg(long)]
    #[serde(skip_serializing_if = "Not::not")]
    weights_allow_extra: bool,
    /// Training examples per class, as of `hesscope run` [default: all, or 51 of synth-digits]
    #[arg(long, value_name = "N", value_parser = per_class)]
    examples_per_class: Option<PerClass>,
    /// Seed of subsets, weights and probes [default: 0]
    #[arg(long, value_parser = seed)]
    seed: Option<u64>,
    #[command(flatten)]
    analysis: AnalysisOptions,
}

/// Compares, writes the files and prints the verdicts; fails with exit code 1 where something does not agree.
pub fn run(options: &CompareOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    ComparisonFiles::require_ours(&options.out)?;
    let found = if options.runs.is_empty() {
        let flags = Table::try_from(&options.settings)?;
        let request = CompareRequest {
            settings: Settings::resolve(options.config.as_deref(), &flags)?,
            devices: options.devices.clone(),
            precisions: options.precisions.clone(),
            vectors: options.vectors,
        };
        compare_devices(&request, &terminal)?
    } else {
        compare_runs(&options.runs)?
    };
    let files = ComparisonFiles::write(&found, &options.out)?;
    terminal.print(text(&found));
    terminal.print(files.json.display());
    terminal.print(files.html.display());
    let apart: Vec<&str> = found
        .compared
        .iter()
        .filter(|compared| !compared.agrees)
        .map(|compared| compared.name.as_str())
        .collect();
    if apart.is_empty() {
        return Ok(());
    }
    Err(Failure::negative(format!(
        "not in agreement with the reference: {}; see {}",
        apart.join("; "),
        files.html.display()
    )))
}

/// A row for each quantity, a column for each that is compared, and the verdicts.
fn text(comparison: &Comparison) -> String {
    let compared = &comparison.compared;
    let names = compared.iter().map(|it| it.name.clone());
    let header: Vec<String> = std::iter::once("deviation of".to_owned())
        .chain(names)
        .collect();
    let mut words: Vec<String> = Vec::new();
    for deviation in compared.iter().flat_map(|it| &it.deviations) {
        if !words.contains(&deviation.words()) {
            words.push(deviation.words());
        }
    }
    let rows = words.into_iter().map(|words| {
        let cells = compared.iter().map(|it| cell(it, &words));
        std::iter::once(words.clone()).chain(cells).collect()
    });
    let mut rows: Vec<Vec<String>> = rows.collect();
    let of_all = |name: &str, value: &dyn Fn(&Compared) -> Option<String>| {
        let cells = compared.iter().map(|it| value(it).unwrap_or_default());
        std::iter::once(name.to_owned()).chain(cells).collect()
    };
    rows.push(of_all("seconds", &|it| Some(format!("{:.2}", it.seconds))));
    rows.push(of_all("ms per product", &|it| {
        Some(format!("{:.2}", 1e3 * it.product_seconds?))
    }));
    rows.push(of_all("MiB held", &|it| {
        Some(format!(
            "{:.0}",
            it.reserved_bytes? as f64 / f64::from(1 << 20)
        ))
    }));
    let verdicts: Vec<String> = compared.iter().map(verdict).collect();
    format!(
        "reference: {}\n{}\n{}",
        comparison.settings.reference,
        table(&header, &rows),
        verdicts.join("\n")
    )
}

fn cell(compared: &Compared, words: &str) -> String {
    let mut all = compared.deviations.iter();
    match all.find(|it| it.words() == words).map(|it| it.value) {
        Some(Some(value)) => format!("{value:.1e}"),
        Some(None) => "not a number".to_owned(),
        None => String::new(),
    }
}

/// Whether it agrees, and if not, which quantities do not.
fn verdict(compared: &Compared) -> String {
    let (name, tolerance) = (&compared.name, compared.tolerance);
    if let Some(reason) = &compared.failed {
        return format!("{name}: not measured to the end: {reason}");
    }
    if compared.agrees {
        return format!("{name}: agrees within {tolerance:e}");
    }
    let exceeding: Vec<String> = compared
        .deviations
        .iter()
        .filter(|it| it.exceeds(tolerance))
        .map(hesscope_records::Deviation::words)
        .collect();
    format!(
        "{name}: does not agree within {tolerance:e}: {}",
        exceeding.join("; ")
    )
}
