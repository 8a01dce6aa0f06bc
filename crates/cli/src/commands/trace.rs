//! `hesscope trace`: the trace of an operator.

use clap::ValueEnum;
use hesscope_records::{Part, Terms};
use hesscope_spectral::Estimate;
use hesscope_study::measure::{TraceMethod, TraceRequest, trace};
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

impl From<Method> for TraceMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Hutchinson => TraceMethod::Hutchinson,
            Method::Xtrace => TraceMethod::Xtrace,
        }
    }
}

/// Estimates the trace and prints it, with its error and the mean eigenvalue.
pub fn run(options: &TraceOptions) -> Result<(), Failure> {
    let request = TraceRequest {
        method: options.method.into(),
        probes: options.probes,
    };
    request.check()?;
    let terminal = Terminal::new();
    let run = options.run.open(&terminal)?;
    require_class(options.operator, run.classes())?;
    let opened = options.checkpoint.open(&run, &terminal)?;
    let found = trace(&opened, options.operator, request)?;
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

/// An estimate times a factor, with its standard error.
fn with_error(estimate: Estimate, factor: f64) -> String {
    let value = factor * estimate.mean;
    match estimate.standard_error {
        Some(error) => format!("{value:.6e} ± {:.1e}", factor * error),
        None => format!("{value:.6e}, error unknown from one vector"),
    }
}
