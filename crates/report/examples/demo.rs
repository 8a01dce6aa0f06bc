//! Writes a report and the page of a sweep, made from synthetic spectra: `cargo run --release -p hesscope-report --example demo -- FOLDER`.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

use hesscope_records::{Part, Split};
use hesscope_report::{NamedSpectrum, write_report, write_spectrum_report, write_sweep_page};

#[path = "../tests/report/synthetic.rs"]
#[allow(dead_code, missing_docs)]
mod synthetic;

#[path = "../tests/browser/sample.rs"]
#[allow(missing_docs)]
mod sample;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: demo FOLDER");
        return ExitCode::from(2);
    };
    match demo(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn demo(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut analyses = synthetic::three(500)?;
    // The untrained network, over the test split, with one probe of one operator.
    let mut early = synthetic::analysis("h", synthetic::semicircle(500, 0.5), 40, 1)?;
    early.settings.subject.epoch = 0;
    early.settings.subject.split = Split::Test;
    analyses.push(early);
    let files = write_report(&synthetic::run(synthetic::epochs(20), analyses), folder)?;
    println!("{}", files.html.display());
    println!("{}", write_sweep_page(&sample::sweep()?, folder)?.display());
    Ok(())
}
