//! `hesscope overlaps`: angles between subspaces, along training.

use hesscope_records::{Split, Terms};
use hesscope_report::plain;
use hesscope_study::measure::{OverlapRequest, overlaps};

use crate::failure::Failure;
use crate::options::{EstimationOptions, StoredRunOptions};
use crate::output::Terminal;

/// Which subspaces of which run.
#[derive(Debug, clap::Args)]
pub struct OverlapsOptions {
    #[command(flatten)]
    run: StoredRunOptions,
    /// Operators whose outlier spaces are compared, separated by commas, beside the class means and the gradient
    #[arg(long, value_name = "NAMES", default_value = "hess,g,a1,a2")]
    operators: Vec<Terms>,
    /// Examples the loss is the mean over: train or test
    #[arg(long, default_value_t = Split::Train)]
    split: Split,
    /// Epochs, separated by commas [default: all whose weights are kept]
    #[arg(long, value_name = "EPOCHS")]
    epochs: Option<Vec<usize>>,
    /// Dimension of every outlier space [default: the outliers counted, or the number of classes where none are]
    #[arg(long, value_name = "N")]
    pairs: Option<usize>,
    #[command(flatten)]
    estimation: EstimationOptions,
}

/// Measures the overlaps.
pub fn run(options: &OverlapsOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let run = options.run.open_with(&options.estimation, &terminal)?;
    let request = OverlapRequest {
        operators: options.operators.clone(),
        split: options.split,
        epochs: options.epochs.clone(),
        pairs: options.pairs,
    };
    let kept = overlaps(&run, &request, &terminal)?;
    terminal.found(plain::overlaps(&kept.record), &kept.path);
    Ok(())
}
