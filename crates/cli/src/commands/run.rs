//! `hesscope run`: train, analyse, report.

use hesscope_study::measure::analyse_run;
use hesscope_study::run::write_run_report;

use crate::failure::Failure;
use crate::options::NewRunOptions;
use crate::output::Terminal;

/// Makes the run, or goes on with it.
pub fn run(options: &NewRunOptions) -> Result<(), Failure> {
    let terminal = Terminal::with_analyses();
    let run = options.make(&terminal)?;
    analyse_run(&run, &terminal)?;
    let report = write_run_report(run.folder(), run.folder().root())?;
    terminal.print(report.display());
    Ok(())
}
