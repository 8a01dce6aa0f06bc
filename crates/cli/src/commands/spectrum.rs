//! `hesscope spectrum`: one more analysis of a run.

use hesscope_records::{Part, Terms};
use hesscope_report::plain;
use hesscope_study::run::require_class;

use crate::failure::Failure;
use crate::options::{CheckpointOptions, EstimationOptions, StoredRunOptions};
use crate::output::Terminal;

/// Which spectrum of which run.
#[derive(Debug, clap::Args)]
pub struct SpectrumOptions {
    #[command(flatten)]
    run: StoredRunOptions,
    /// Part of the Hessian: hess, g, h, a1, a2, b1, b2, b2 of one class as in b2[3], or a sum or difference of parts as in
    /// a1+a2 or g-a1
    #[arg(long, default_value_t = Terms::from(Part::Hess))]
    operator: Terms,
    #[command(flatten)]
    checkpoint: CheckpointOptions,
    #[command(flatten)]
    estimation: EstimationOptions,
}

/// Finds the analysis, or makes it.
pub fn run(options: &SpectrumOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let run = options.run.open_with(&options.estimation, &terminal)?;
    require_class(options.operator, run.classes())?;
    let opened = options.checkpoint.open(&run, &terminal)?;
    let kept = opened.spectrum(options.operator)?;
    terminal.found(plain::analysis(&kept.record), &kept.path);
    Ok(())
}
