//! `hesscope compare`: one configuration on several devices, or equal runs that were made apart.

use std::path::PathBuf;

use hesscope_records::Precision;
use hesscope_report::plain;
use hesscope_study::compare::{CompareRequest, ComparisonFiles, compare_devices, compare_runs};
use hesscope_study::device::DeviceName;
use hesscope_study::settings::Settings;
use serde::Serialize;

use crate::failure::Failure;
use crate::options::{AnalysisOptions, StartOptions, SubjectOptions, table};
use crate::output::Terminal;

/// What is compared how, as `--help` says.
const HOW: &str = "\
Of devices, one network is initialised on the CPU and given to each; the reference is the CPU in float64. Of runs, whose
settings are equal but for the device, the recorded analyses are compared with those of the first. A device agrees where
logits, products and leading eigenvalues are within 1e-10 of the reference in float64. In float32 it is 1e-4, or half as much
again as the CPU is off by in float32 where that is compared too, up to 1e-3: a unit within rounding of a kink may fall on either
side of it. The exit code is 1 where one does not agree. Mean, mean square and density are estimates of random probes: they are
shown and not judged.";

/// What is compared.
#[derive(Debug, clap::Args)]
#[command(after_help = HOW)]
pub struct CompareOptions {
    /// Folders of runs, the first of which is the reference
    #[arg(value_name = "RUN", required_unless_present = "devices")]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    of_devices: DevicesOptions,
    #[command(flatten)]
    settings: ConfigurationOptions,
    /// Folder for the numbers, the figure and the page
    #[arg(long, value_name = "DIR", default_value = "compare")]
    out: PathBuf,
}

/// Which devices are compared, and how.
#[derive(Debug, clap::Args)]
#[group(conflicts_with = "runs")]
struct DevicesOptions {
    /// Devices, separated by commas, see `hesscope devices`
    #[arg(long, value_name = "NAMES")]
    devices: Vec<DeviceName>,
    /// Precisions that each device computes in, separated by commas: f32, f64
    #[arg(long, value_name = "NAMES", default_value = "f32")]
    precisions: Vec<Precision>,
    /// Random vectors that each operator is multiplied with
    #[arg(long, value_name = "N", default_value_t = 2)]
    vectors: usize,
    /// Settings in TOML, as of `hesscope run`; flags win over them
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
}

/// The network and its data; everything may also stand in the file of `--config`.
#[derive(Debug, clap::Args, Serialize)]
struct ConfigurationOptions {
    #[command(flatten)]
    #[serde(flatten)]
    subject: SubjectOptions,
    #[command(flatten)]
    #[serde(flatten)]
    start: StartOptions,
    #[command(flatten)]
    analysis: AnalysisOptions,
}

/// Compares, writes the files and prints the verdicts; fails with exit code 1 where something does not agree.
pub fn run(options: &CompareOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    ComparisonFiles::require_ours(&options.out)?;
    let found = if options.runs.is_empty() {
        let asked = &options.of_devices;
        let flags = table(&options.settings);
        let request = CompareRequest {
            settings: Settings::resolve(asked.config.as_deref(), &flags)?,
            devices: asked.devices.clone(),
            precisions: asked.precisions.clone(),
            vectors: asked.vectors,
        };
        compare_devices(&request, &terminal)?
    } else {
        compare_runs(&options.runs)?
    };
    let files = ComparisonFiles::write(&found, &options.out)?;
    terminal.found(plain::comparison(&found), &files.json);
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
