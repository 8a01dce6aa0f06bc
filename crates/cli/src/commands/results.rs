//! `hesscope results`: one page of what was found.

use std::path::PathBuf;

use hesscope_measure::Observer;
use hesscope_report::plain;
use hesscope_study::results::results;

use crate::failure::Failure;
use crate::output::Terminal;

/// Whose findings, and where the page goes.
#[derive(Debug, clap::Args)]
pub struct ResultsOptions {
    /// Folders of runs and of dynamics
    #[arg(value_name = "FOLDER", required = true)]
    folders: Vec<PathBuf>,
    /// The page
    #[arg(long, value_name = "FILE.html", default_value = "results.html")]
    out: PathBuf,
}

/// Writes the page and prints the verdicts.
pub fn run(options: &ResultsOptions) -> Result<(), Failure> {
    let terminal = Terminal::new();
    let found = results(&options.folders, &options.out)?;
    for folder in &found.without {
        terminal.note(&format!(
            "{} holds no findings by today's rules: judge them with `hesscope findings`",
            folder.display()
        ));
    }
    if !found.columns.is_empty() {
        terminal.print(plain::verdicts(&found.columns));
    }
    terminal.print(found.html.display());
    Ok(())
}
