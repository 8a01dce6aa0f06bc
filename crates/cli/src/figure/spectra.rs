//! `hesscope figure 1`: the Hessian over the training and the test split.

use hesscope_hvp::Part;
use hesscope_report::{SpectraColumn, SpectraFigure, write_spectra_figure};

use super::finish;
use super::options::SpectraOptions;
use super::runs::{each, made, sentence};
use crate::failure::Failure;
use crate::outliers::words;
use crate::settings::SplitName;

/// The name of the figure's files.
const NAME: &str = "figure-1";

/// Trains what is to be trained, analyses it and draws.
pub fn draw(options: &SpectraOptions) -> Result<(), Failure> {
    let net = options
        .net
        .clone()
        .unwrap_or_else(|| options.runs.scale.net().to_owned());
    let mut columns = Vec::new();
    let mut trained = Vec::new();
    let mut device = String::new();
    each(&options.runs, &[net], &options.common, |run| {
        let settings = run.settings();
        let epoch = settings.train.epochs;
        let checkpoint = run.checkpoint(epoch)?;
        let mut analyses = Vec::new();
        for split in [SplitName::Train, SplitName::Test] {
            let (analysis, _) = run.analyse(&checkpoint, Part::Hess.into(), split, epoch)?;
            println!(
                "{} on {}, {}: outliers above {} (C = {}), accuracy {:.2}%; {} products in {:.1} s",
                settings.net.name(),
                settings.dataset,
                split.as_str(),
                words(&analysis.outliers.positive),
                analysis.classes,
                100.0 * analysis.accuracy,
                analysis.products,
                analysis.seconds
            );
            analyses.push(analysis);
        }
        trained.push(made(run));
        device = run.device_name().to_owned();
        columns.push(SpectraColumn {
            dataset: settings.dataset.to_string(),
            network: settings.net.name().to_owned(),
            run: run.folder().root().display().to_string(),
            analyses,
        });
        Ok(())
    })?;
    let figure = SpectraFigure {
        name: NAME.into(),
        title: "The Hessian over training and test examples".into(),
        made: sentence(&trained),
        version: env!("CARGO_PKG_VERSION").into(),
        device,
        columns,
        common_axis: options.common_axis,
    };
    let (files, record) = write_spectra_figure(&figure, &options.common.out)?;
    finish(NAME, &record, &files, &options.common.out)
}
