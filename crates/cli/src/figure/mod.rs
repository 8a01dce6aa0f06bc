//! `hesscope figure`: the figures of the papers, of runs that are given or trained.

mod means;
mod options;
mod runs;
mod scale;
mod spectra;

pub use options::FigureCommand;

use std::path::Path;

use hesscope_report::FigureFiles;
use serde::Serialize;

use crate::failure::Failure;
use crate::folder::write_whole;

/// Draws a figure.
pub fn run(command: &FigureCommand) -> Result<(), Failure> {
    match command {
        FigureCommand::Spectra(options) => spectra::draw(options),
        FigureCommand::Means(options) => means::draw(options),
    }
}

/// Writes the numbers of a figure beside its pictures, and prints the paths of all its files.
fn finish(
    name: &str,
    record: &impl Serialize,
    files: &FigureFiles,
    out: &Path,
) -> Result<(), Failure> {
    let json = out.join(format!("{name}.json"));
    write_whole(&json, &serde_json::to_vec_pretty(record)?)?;
    for path in [&files.svg, &files.png, &files.html, &json] {
        println!("{}", path.display());
    }
    Ok(())
}
