//! `hesscope trace`: the trace of an operator.

use clap::ValueEnum;
use hesscope_measure::{ObservedOperator, Observer};
use hesscope_records::{Part, Terms};
use hesscope_spectral::{
    Estimate, HutchinsonOptions, TraceEstimate, XtraceOptions, hutchinson_trace, xtrace,
};
use hesscope_study::counts::{MOST, require_count};
use hesscope_study::measure::Opened;
use hesscope_study::run::require_class;

use crate::failure::Failure;
use crate::options::{CheckpointOptions, StoredRunOptions};
use crate::output::Terminal;

/// When to use it, as `--help` says.
const WHEN: &str = "\
The trace is also a result of `hesscope spectrum`, but for the trace alone this takes fewer products. xtrace needs far fewer
than hutchinson for the same error where the spectrum decays, as those of Hess and G do: its error falls as the eigenvalues
do, and that of hutchinson as one over the root of N. hutchinson is for networks of which N vectors do not fit the memory.";

/// Which trace of which run.
#[derive(Debug, clap::Args)]
#[command(after_help = WHEN)]
pub struct TraceOptions {
    #[command(flatten)]
    run: StoredRunOptions,
    /// Part of the Hessian, as of `hesscope spectrum`
    #[arg(long, default_value_t = Terms::from(Part::Hess))]
    operator: Terms,
    #[command(flatten)]
    checkpoint: CheckpointOptions,
    /// How the trace is estimated
    #[arg(long, value_enum, default_value_t = Method::Xtrace)]
    method: Method,
    /// Random vectors: one product each of hutchinson, two each of xtrace
    #[arg(long, value_name = "N", default_value_t = 24)]
    probes: usize,
}

/// An estimator of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// The mean of zᵀAz over random vectors z (Hutchinson 1990): needs no memory, and its error shrinks as one over the
    /// root of N
    Hutchinson,
    /// XTrace (Epperly, Tropp and Webber 2024): exact on the range of the products, random on the rest; needs N vectors of
    /// memory
    Xtrace,
}

/// Estimates the trace and prints it, with its error and the mean eigenvalue.
pub fn run(options: &TraceOptions) -> Result<(), Failure> {
    if options.probes == 0 {
        return Err(Failure::new(
            "--probes is 0: give at least 2, from which an error can be had",
        ));
    }
    require_count("--probes", options.probes, MOST)?;
    let terminal = Terminal::new();
    let run = options.run.open(&terminal)?;
    require_class(options.operator, run.classes())?;
    let opened = options.checkpoint.open(&run, &terminal)?;
    let found = estimate(
        options,
        &opened,
        run.settings().all_seeds().probes,
        &terminal,
    )?;
    let dimension = opened.network().num_parameters();
    let of_each = 1.0 / dimension as f64;
    terminal.print(format_args!(
        "trace of {}: {}",
        opened.words(options.operator),
        with_error(found.trace, 1.0)
    ));
    terminal.print(format_args!(
        "mean eigenvalue: {} (p = {dimension})",
        with_error(found.trace, of_each)
    ));
    terminal.print(format_args!("products: {}", found.products));
    Ok(())
}

fn estimate(
    options: &TraceOptions,
    opened: &Opened<'_>,
    seed: u64,
    terminal: &Terminal,
) -> Result<TraceEstimate, Failure> {
    let problem = opened.problem()?;
    let operator = problem.operator(options.operator);
    let operator = ObservedOperator::new(&operator, terminal);
    let words = format!("trace of {}", options.operator);
    let block_size = problem.directions();
    match options.method {
        Method::Hutchinson => {
            terminal.begin(&words, options.probes);
            let options = HutchinsonOptions {
                probes: options.probes,
                seed,
                block_size,
                ..HutchinsonOptions::default()
            };
            hutchinson_trace(&operator, &options).map_err(|error| opened.explain(error).into())
        }
        Method::Xtrace => {
            // Half of the memory is for products.
            let fit = opened.vectors() / 2;
            if options.probes > fit {
                return Err(Failure::new(format!(
                    "--probes is {}, and the memory holds {fit} vectors: give fewer, or choose --method hutchinson",
                    options.probes
                )));
            }
            terminal.begin(&words, 2 * options.probes);
            let options = XtraceOptions {
                vectors: options.probes,
                seed,
                block_size,
            };
            xtrace(&operator, &options).map_err(|error| opened.explain(error).into())
        }
    }
}

/// An estimate times a factor, with its standard error.
fn with_error(estimate: Estimate, factor: f64) -> String {
    let value = factor * estimate.mean;
    match estimate.standard_error {
        Some(error) => format!("{value:.6e} ± {:.1e}", factor * error),
        None => format!("{value:.6e}, error unknown from one vector"),
    }
}
