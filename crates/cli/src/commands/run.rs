//! `hesscope run`: train, analyse, report.

use hesscope_study::measure::analyse_run;
use hesscope_study::run::write_run_report;

use crate::failure::Failure;
use crate::options::{NewRunOptions, PictureOptions};
use crate::output::Terminal;

/// What to run, and what to draw of it.
#[derive(Debug, clap::Args)]
pub struct RunOptions {
    #[command(flatten)]
    new: NewRunOptions,
    #[command(flatten)]
    pictures: PictureOptions,
}

/// Makes the run, or goes on with it.
pub fn run(options: &RunOptions) -> Result<(), Failure> {
    let terminal = Terminal::with_analyses();
    let run = options.new.make(&terminal)?;
    analyse_run(&run, &terminal)?;
    let report = write_run_report(run.folder(), run.folder().root(), options.pictures.views())?;
    terminal.print(report.display());
    Ok(())
}
