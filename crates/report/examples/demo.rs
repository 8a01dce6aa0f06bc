//! Writes every kind of page, made from synthetic spectra: `cargo run --release -p hesscope-report --example demo -- FOLDER`.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;

use hesscope_records::{MeansPanelRecord, Part, Split};
use hesscope_report::{
    MeansFigure, NamedSpectrum, SpectraColumn, SpectraFigure, write_means_figure, write_report,
    write_spectra_figure, write_spectrum_report, write_sweep_page,
};

#[path = "../tests/report/synthetic.rs"]
#[allow(dead_code, missing_docs)]
mod synthetic;

#[path = "../tests/report/class_means.rs"]
#[allow(missing_docs)]
mod class_means;

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
    let column = |dataset: &str, classes| SpectraColumn {
        dataset: dataset.to_owned(),
        network: "small-cnn".to_owned(),
        run: format!("runs/{dataset}"),
        analyses: classes,
    };
    let columns = vec![
        column("mnist", vec![analyses[1].clone(), early.clone()]),
        column("cifar-10", vec![analyses[2].clone()]),
    ];
    analyses.push(early);
    let mut run = synthetic::run(synthetic::epochs(20), analyses);
    run.means = vec![class_means::means()];
    println!("{}", write_report(&run, folder)?.html.display());
    let g = synthetic::spectrum(synthetic::g_like(300), 30, 4)?;
    let h = synthetic::spectrum(synthetic::semicircle(300, 0.5), 30, 4)?;
    let spectra = [
        NamedSpectrum::of(Part::G.into(), &g).beside_classes(10),
        NamedSpectrum::new("A matrix of one\u{2019}s own", &h),
    ];
    let files = write_spectrum_report("Spectra without a run", &spectra, folder)?;
    println!("{}", files.html.display());
    let spectra = SpectraFigure {
        name: "figure-spectra".to_owned(),
        title: "The Hessian over training and test examples".to_owned(),
        made: "Made up.".to_owned(),
        version: "0.1.0".to_owned(),
        device: "cpu".to_owned(),
        columns,
        ..SpectraFigure::default()
    };
    let files = write_spectra_figure(&spectra, folder)?.0;
    println!("{}", files.html.display());
    let panel = |dataset: &str, name: &str| {
        let mut means = class_means::means();
        means.class_names[2] = name.to_owned();
        MeansPanelRecord {
            dataset: dataset.to_owned(),
            network: "mlp".to_owned(),
            run: format!("runs/{dataset}"),
            means,
        }
    };
    let means = MeansFigure {
        name: "figure-class-means".to_owned(),
        title: "Class means".to_owned(),
        made: "Made up.".to_owned(),
        version: "0.1.0".to_owned(),
        device: "cpu".to_owned(),
        panels: vec![
            panel("mnist", "\u{732b} \u{1f63a}"),
            panel("arrays", &"long".repeat(50)),
        ],
    };
    println!("{}", write_means_figure(&means, folder)?.0.html.display());
    println!("{}", write_sweep_page(&sample::sweep()?, folder)?.display());
    Ok(())
}
