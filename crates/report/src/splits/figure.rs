//! The figure of the spectra over the training and the test split: data sets in columns, splits in rows.

use std::path::Path;

use hesscope_records::{Analysis, SpectraRecord, Split};
use hesscope_spectral::SpectralError;
use maud::html;

use super::given::{SpectraFigure, named, positive};
use super::names::{heads, titles};
use super::record::record;
use crate::check::check;
use crate::error::ReportError;
use crate::figures::grid::{Axes, Cell, Grid, Row, figure as grid_figure};
use crate::figures::{Figure, View};
use crate::html::Page;
use crate::html::markup::{details, figure as figure_markup, paragraph};
use crate::named_spectrum::NamedSpectrum;
use crate::output::{FigureFiles, write_figure_files};
use crate::spectra::{outliers, rule};
use crate::text::names::{capitalised, listed, split_name};
use crate::text::numbers::{accuracy, integer, significant};
use crate::text::outliers::{beside_classes, reasons, verdict_beside};

/// Writes the figure as SVG, PNG and a page into `dir`, which is made if it is not there, and returns its numbers too.
///
/// # Errors
///
/// When an analysis does not describe a spectrum, or a file cannot be written.
pub fn write_spectra_figure(
    figure: &SpectraFigure,
    dir: &Path,
) -> Result<(FigureFiles, SpectraRecord), ReportError> {
    let analyses = || figure.columns.iter().flat_map(|column| &column.analyses);
    analyses().try_for_each(check)?;
    let undrawable = |error: SpectralError| match analyses().next() {
        Some(first) => ReportError::analysis(&first.origin, error),
        None => ReportError::Spectrum {
            name: figure.title.clone(),
            reason: error.to_string(),
        },
    };
    let drawn = grid_figure(&grid(figure)).map_err(undrawable)?;
    // The page has no script that would read them.
    let drawn = Figure {
        readings: None,
        ..drawn
    };
    let record = record(figure, &drawn).map_err(undrawable)?;
    let main = html! {
        (figure_markup(&drawn, ""))
        @for (column, head) in figure.columns.iter().zip(titles(&figure.columns)) {
            section {
                h2 { (head) }
                (paragraph(&format!("The run is in {}.", column.run)))
                (outliers(&named(column)))
            }
        }
        (details("The rule of the counts", false, rule()))
    };
    let page = Page::new(&figure.title, &figure.version, &figure.device, main);
    Ok((write_figure_files(dir, &drawn, &page.html())?, record))
}

fn grid(figure: &SpectraFigure) -> Grid<'_> {
    let row = |split: Split| {
        let of_split = |analysis: &&Analysis| analysis.settings.subject.split == split;
        let cells = figure.columns.iter();
        let cells: Vec<_> = cells
            .map(|column| column.analyses.iter().find(of_split).map(cell))
            .collect();
        let title = format!("{} split", capitalised(split_name(split)));
        cells
            .iter()
            .any(Option::is_some)
            .then_some(Row { title, cells })
    };
    Grid {
        name: figure.name.clone(),
        title: figure.title.clone(),
        caption: caption(figure),
        columns: heads(&figure.columns),
        rows: Split::ALL.into_iter().filter_map(row).collect(),
        axes: if figure.common_axis {
            Axes::Common
        } else {
            Axes::OfColumns
        },
        others: vec![View::SemiLogarithmic, View::Linear],
    }
}

/// One panel.
fn cell(analysis: &Analysis) -> Cell<'_> {
    let mut notes = vec![counts_in_words(analysis)];
    notes.extend(evidence(analysis));
    notes.push(format!(
        "accuracy {} %, N = {}",
        accuracy(analysis.accuracy, 4),
        integer(analysis.examples)
    ));
    Cell {
        spectrum: NamedSpectrum::of_analysis("Hess", analysis),
        notes,
    }
}

/// The count beside C and C - 1.
fn counts_in_words(analysis: &Analysis) -> String {
    let classes = analysis.classes;
    let verdict = verdict_beside(&analysis.spectrum.outliers, classes);
    match positive(analysis) {
        Some(count) if count > 0 => format!("{verdict}; C = {classes}"),
        _ => format!(
            "{verdict}; C = {classes}, C \u{2212} 1 = {}",
            classes.saturating_sub(1)
        ),
    }
}

/// What the count of positive outliers rests on.
fn evidence(analysis: &Analysis) -> Vec<String> {
    let outliers = &analysis.spectrum.outliers;
    let Some(count) = outliers.positive.decided() else {
        return reasons(outliers);
    };
    let gap = if count.count == 0 {
        "widest gap"
    } else {
        "gap"
    };
    vec![format!(
        "{gap} {} spacings of the bulk, p = {}",
        significant(count.statistic, 3),
        significant(count.p_value, 2)
    )]
}

/// What was found, beside what the papers say.
fn caption(figure: &SpectraFigure) -> String {
    let (mut so, mut other, mut undecided) = (Vec::new(), Vec::new(), Vec::new());
    for (column, title) in figure.columns.iter().zip(titles(&figure.columns)) {
        for analysis in &column.analyses {
            let split = split_name(analysis.settings.subject.split);
            let head = format!("{title}, {split} split");
            let classes = analysis.classes;
            match positive(analysis) {
                Some(count) if count == classes || count + 1 == classes => {
                    so.push(format!("{head} ({})", beside_classes(count, classes)));
                }
                Some(count) => other.push(format!("{head} ({count}, C = {classes})")),
                None => undecided.push(head),
            }
        }
    }
    let papers = "Papyan (2018, 2019) finds about C positive outliers of the Hessian, over the training split and over the \
                  test split.";
    listed(
        vec![figure.made.clone(), papers.to_owned()],
        [
            ("Counted C or C \u{2212} 1 here:", so),
            ("Not so here:", other),
            ("Undecided here:", undecided),
        ],
    )
}
