//! Class means in the plane by t-SNE, a panel a run: figure 2 of the papers.

use std::path::PathBuf;

use hesscope_records::{MeansPanelRecord, Split};
use hesscope_report::{MeansFigure, write_means_figure};

use super::files::{FIGURES, MEANS, write_figure};
use super::runs::{FigureRequest, Made, each_run, sentence};
use super::scale::Scale;
use crate::error::StudyError;
use crate::measure::Opened;
use crate::observer::Observer;

/// What was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct MeansDrawn {
    /// A panel a run, with its class means.
    pub panels: Vec<MeansPanelRecord>,
    /// The files of the class means, in the same order.
    pub records: Vec<PathBuf>,
    /// The picture as SVG and PNG, the page, and the numbers.
    pub files: Vec<PathBuf>,
}

/// Trains what is to be trained, measures its class means over a split and draws them.
///
/// # Errors
///
/// A folder that holds something else, before anything is trained; runs that cannot be had, what their measurements fail of, and files that cannot be written.
pub fn draw_means(
    request: &FigureRequest,
    split: Split,
    observer: &dyn Observer,
) -> Result<MeansDrawn, StudyError> {
    FIGURES.require_ours(&request.out)?;
    let (mut panels, mut records) = (Vec::new(), Vec::new());
    let mut trained = Vec::new();
    let mut device = String::new();
    each_run(request, Scale::nets, observer, |run| {
        let settings = run.settings();
        let opened = Opened::new(run, settings.train.epochs, split, observer)?;
        let kept = opened.class_means()?;
        trained.push(Made::of(run));
        device = run.device_name().to_owned();
        panels.push(MeansPanelRecord {
            dataset: settings.dataset.to_string(),
            network: settings.net.name().into_owned(),
            run: run.folder().root().display().to_string(),
            means: kept.record,
        });
        records.push(kept.path);
        Ok(())
    })?;
    let figure = MeansFigure {
        name: MEANS.into(),
        title: format!("Class means over the {split} split, by t-SNE"),
        made: sentence(&trained),
        version: env!("CARGO_PKG_VERSION").into(),
        device,
        panels,
    };
    Ok(MeansDrawn {
        files: write_figure(MEANS, &request.out, |out| write_means_figure(&figure, out))?,
        panels: figure.panels,
        records,
    })
}
