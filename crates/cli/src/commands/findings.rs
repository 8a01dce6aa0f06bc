//! `hesscope findings`: the findings of the papers, judged on one network.

use hesscope_records::Split;
use hesscope_report::plain;
use hesscope_study::findings::{FindingsRequest, judge};
use hesscope_study::measure::Opened;

use crate::failure::Failure;
use crate::options::{EstimationOptions, StoredRunOptions};
use crate::output::Terminal;

/// Which network the findings are judged on.
#[derive(Debug, clap::Args)]
pub struct FindingsOptions {
    #[command(flatten)]
    run: StoredRunOptions,
    /// Epoch of the checkpoint [default: the last]
    #[arg(long)]
    epoch: Option<usize>,
    /// Examples the loss is the mean over, each judged by itself: train, test or both, separated by commas [default: those
    /// the run analyses]
    #[arg(long, value_name = "SPLITS")]
    splits: Option<Vec<Split>>,
    /// Random probes of the energies of the bulk, at least 2 for an error bar
    #[arg(long, value_name = "N", default_value_t = 32)]
    energy_probes: usize,
    /// Random probes of the density of H whose law is judged [default: 8 up to 20000
    /// parameters, 4 up to a million, those of the spectra above]
    #[arg(long, value_name = "N")]
    law_probes: Option<usize>,
    /// Lanczos steps of each of these [default: 512 up to 20000 parameters, 256 up to a million, those of the
    /// spectra above]
    #[arg(long, value_name = "N")]
    law_steps: Option<usize>,
    #[command(flatten)]
    estimation: EstimationOptions,
}

/// Finds the findings, or judges them.
pub fn run(options: &FindingsOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let request = FindingsRequest {
        energy_probes: options.energy_probes,
        law_probes: options.law_probes,
        law_steps: options.law_steps,
    };
    request.check()?;
    let run = options.run.open_with(&options.estimation, &terminal)?;
    let mut splits = match &options.splits {
        Some(splits) => splits.clone(),
        None => run.settings().analysis.splits.clone(),
    };
    splits.sort_unstable();
    splits.dedup();
    for split in splits {
        let epoch = options.epoch.unwrap_or(run.settings().train.epochs);
        let opened = Opened::new(&run, epoch, split, &terminal)?;
        let kept = judge(&opened, &request)?;
        terminal.found(plain::findings(&kept.record), &kept.path);
    }
    Ok(())
}
