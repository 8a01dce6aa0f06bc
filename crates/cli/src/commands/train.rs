//! `hesscope train`: train only.

use crate::failure::Failure;
use crate::options::NewRunOptions;
use crate::output::Terminal;

/// Trains what is left to train.
pub fn run(options: &NewRunOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let run = options.make(&terminal)?;
    run.train(&terminal)?;
    terminal.print(run.folder().root().display());
    Ok(())
}
