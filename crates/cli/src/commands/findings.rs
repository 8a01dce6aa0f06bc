//! `hesscope findings`: the findings of the papers, judged on one network.

use hesscope_study::findings::judge;

use crate::failure::Failure;
use crate::options::{CheckpointOptions, EstimationOptions, StoredRunOptions};
use crate::output::{Terminal, findings};

/// Which network the findings are judged on.
#[derive(Debug, clap::Args)]
pub struct FindingsOptions {
    #[command(flatten)]
    run: StoredRunOptions,
    #[command(flatten)]
    checkpoint: CheckpointOptions,
    /// Random probes of the energies of the bulk, at least 2 for an error bar
    #[arg(long, value_name = "N", default_value_t = 32)]
    energy_probes: usize,
    #[command(flatten)]
    estimation: EstimationOptions,
}

/// Finds the findings, or judges them.
pub fn run(options: &FindingsOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let run = options.run.open_with(&options.estimation, &terminal)?;
    let opened = options.checkpoint.open(&run, &terminal)?;
    let kept = judge(&opened, options.energy_probes)?;
    terminal.print(findings::text(&kept.record));
    terminal.print(kept.path.display());
    Ok(())
}
