//! The spectrum of the Hessian over the training and the test split, a column a run: figure 1 of the papers.

use std::path::PathBuf;

use hesscope_records::{Part, Split};
use hesscope_report::{SpectraColumn, SpectraFigure, write_spectra_figure};

use super::files::{FIGURES, SPECTRA, write_figure};
use super::runs::{FigureRequest, Made, each_run, sentence};
use crate::error::StudyError;
use crate::measure::Opened;
use crate::observer::{Event, Observer};

/// What was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct SpectraDrawn {
    /// A column a run, with its analyses.
    pub columns: Vec<SpectraColumn>,
    /// The picture as SVG and PNG, the page, and the numbers.
    pub files: Vec<PathBuf>,
}

/// Trains what is to be trained, analyses it and draws; on one axis of eigenvalues for all panels where `common_axis`.
///
/// # Errors
///
/// A folder that holds something else, before anything is trained; runs that cannot be had, what their analyses fail of, and files that cannot be written.
pub fn draw_spectra(
    request: &FigureRequest,
    common_axis: bool,
    observer: &dyn Observer,
) -> Result<SpectraDrawn, StudyError> {
    FIGURES.require_ours(&request.out)?;
    let mut columns = Vec::new();
    let mut trained = Vec::new();
    let mut device = String::new();
    each_run(
        request,
        |scale| &scale.nets()[..1],
        observer,
        |run| {
            let settings = run.settings();
            let mut analyses = Vec::new();
            for split in Split::ALL {
                let opened = Opened::new(run, settings.train.epochs, split, observer)?;
                let kept = opened.spectrum(Part::Hess.into())?;
                observer.event(Event::Analysed(&kept.record, &kept.path));
                analyses.push(kept.record);
            }
            trained.push(Made::of(run));
            device = run.device_name().to_owned();
            columns.push(SpectraColumn {
                dataset: settings.dataset.to_string(),
                network: settings.net.name().into_owned(),
                run: run.folder().root().display().to_string(),
                analyses,
            });
            Ok(())
        },
    )?;
    let figure = SpectraFigure {
        name: SPECTRA.into(),
        title: "The Hessian over training and test examples".into(),
        made: sentence(&trained),
        version: env!("CARGO_PKG_VERSION").into(),
        device,
        columns,
        common_axis,
    };
    Ok(SpectraDrawn {
        files: write_figure(SPECTRA, &request.out, |out| {
            write_spectra_figure(&figure, out)
        })?,
        columns: figure.columns,
    })
}
