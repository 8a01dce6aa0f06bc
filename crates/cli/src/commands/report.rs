//! `hesscope report`: the report again.

use std::path::PathBuf;

use hesscope_study::run::{RunFolder, write_run_report};

use crate::failure::Failure;
use crate::options::PictureOptions;
use crate::output::print;

/// Which report.
#[derive(Debug, clap::Args)]
pub struct ReportOptions {
    /// Folder of the run
    run: PathBuf,
    /// Folder for the report and its figures [default: that of the run]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pictures: PictureOptions,
}

/// Writes figures and report. Elsewhere they need no right to write in the folder of the run.
pub fn run(options: &ReportOptions) -> Result<(), Failure> {
    let folder = match options.out {
        Some(_) => RunFolder::read(&options.run)?,
        None => RunFolder::hold(&options.run)?,
    };
    let out = options.out.as_deref().unwrap_or(&options.run);
    print(write_run_report(&folder, out, options.pictures.views())?.display());
    Ok(())
}
