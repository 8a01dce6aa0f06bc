//! The commands that make, deepen and show a run.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use burn::tensor::Device;
use hesscope_hvp::Terms;
use hesscope_models::load_checkpoint;
use hesscope_report::schema::Analysis;
use hesscope_report::{RunSummary, write_report};

use crate::args::{ReportOptions, RunOptions, SpectrumOptions};
use crate::failure::Failure;
use crate::folder::RunFolder;
use crate::outliers::words;
use crate::run::{Run, checkpoints, require_class, stored};
use crate::settings::SplitName;
use crate::training;

/// `hesscope run`: train, analyse, report.
pub fn run(options: &RunOptions) -> Result<(), Failure> {
    let run = Run::make(options)?;
    carry_out(&run, |analysis, _| {
        print_summary(analysis);
        Ok(())
    })?;
    print_path(&write(run.folder())?);
    Ok(())
}

/// Trains what is left to train and makes the analyses that the settings ask for, with each as it is found or made, and
/// its file's name.
pub fn carry_out(
    run: &Run,
    mut each: impl FnMut(&Analysis, &str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    run.train()?;
    for epoch in run.settings().analysed_epochs() {
        let checkpoint = run.checkpoint(epoch)?;
        for split in &run.settings().analysis.splits {
            for operator in &run.settings().analysis.operators {
                let terms = Terms::from_str(operator)?;
                let split = SplitName::from_str(split)?;
                let (analysis, name) = run.analyse(&checkpoint, terms, split, epoch)?;
                each(&analysis, &name)?;
            }
        }
    }
    Ok(())
}

/// `hesscope train`: train only.
pub fn train(options: &RunOptions) -> Result<(), Failure> {
    let run = Run::make(options)?;
    run.train()?;
    println!("{}", run.folder().root().display());
    Ok(())
}

/// `hesscope spectrum`: one more analysis of a run.
pub fn spectrum(options: &SpectrumOptions) -> Result<(), Failure> {
    let split = SplitName::from_str(&options.split)?;
    let run = Run::open(&options.run, &options.computing, &options.estimation)?;
    let epoch = options.epoch.unwrap_or(run.settings().train.epochs);
    require_class(options.operator, run.classes())?;
    let checkpoint = run.checkpoint(epoch)?;
    let (analysis, name) = run.analyse(&checkpoint, options.operator, split, epoch)?;
    print_summary(&analysis);
    println!(
        "{}",
        run.folder().root().join("analysis").join(name).display()
    );
    Ok(())
}

/// `hesscope report`: the report again.
pub fn report(options: &ReportOptions) -> Result<(), Failure> {
    print_path(&write(&RunFolder::open(&options.run)?)?);
    Ok(())
}

fn print_path(path: &Path) {
    println!("{}", path.display());
}

/// One line on standard output.
fn print_summary(analysis: &Analysis) {
    let extreme = |pick: fn(f64, f64) -> f64| analysis.top.values.iter().copied().reduce(pick);
    println!(
        "{:10} {} epoch {}: outliers above {}, below {} (C = {}); leading eigenvalues {:.4e} to {:.4e}; {} products in {:.1} s",
        analysis.settings.operator,
        analysis.settings.split,
        analysis.settings.epoch,
        words(&analysis.outliers.positive),
        words(&analysis.outliers.negative),
        analysis.classes,
        extreme(f64::max).unwrap_or(0.0),
        extreme(f64::min).unwrap_or(0.0),
        analysis.products,
        analysis.seconds,
    );
}

/// Writes figures and report from what the folder holds; gives the report's path.
pub fn write(folder: &RunFolder) -> Result<PathBuf, Failure> {
    let file = stored(folder)?;
    let last = checkpoints(folder)?.pop();
    let Some((_, path)) = last else {
        return Err(Failure::new(format!(
            "{} has no checkpoint yet: train it first with the settings of its run.toml",
            folder.root().display()
        )));
    };
    let checkpoint = load_checkpoint(&path, &Device::flex())?;
    let description = checkpoint.net.describe();
    let network = description
        .layers
        .iter()
        .map(|layer| {
            let output: Vec<String> = layer.output.iter().map(usize::to_string).collect();
            let parameters = layer.parameters;
            (
                layer.path.clone(),
                format!(
                    "{}, to {}, {parameters} parameters",
                    layer.kind,
                    output.join("×")
                ),
            )
        })
        .collect();
    let settings = &file.settings;
    let summary = RunSummary {
        title: format!("{} on {}", settings.net.name(), settings.dataset),
        version: file.hesscope,
        device: file.device_name,
        config_sha256: file.training_sha256,
        settings: settings.table()?,
        network,
        parameters: checkpoint.net.num_parameters(),
        classes: checkpoint.net.classes(),
        epochs: checkpoint
            .info
            .history
            .iter()
            .map(training::record)
            .collect(),
        search: training::search_record(folder)?,
        analyses: folder.analyses()?,
        overlaps: folder.overlaps()?,
        attributions: folder.attributions()?,
        means: folder.class_means()?,
    };
    Ok(write_report(&summary, folder.root())?.html)
}
