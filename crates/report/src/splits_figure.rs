//! The figure of the spectra over the training and the test split: data sets in columns, splits in rows.

use std::path::Path;

use hesscope_records::{
    Analysis, DecadeCurve, SCHEMA_VERSION, SpectraColumnRecord, SpectraPanelRecord, SpectraRecord,
    Split,
};
use hesscope_spectral::SpectralError;
use maud::html;

use crate::check::check;
use crate::error::ReportError;
use crate::figures::Figure;
use crate::figures::curves::{POINTS, SideCurve, curves, extent};
use crate::figures::grid::{Axes, Cell, Grid, Row, figure as grid_figure};
use crate::html::Page;
use crate::html::markup::{figure as figure_markup, paragraph};
use crate::named_spectrum::NamedSpectrum;
use crate::output::{FigureFiles, write_figure_files};
use crate::spectra::{outliers, rule};
use crate::text::names::{capitalised, split_name};
use crate::text::numbers::{accuracy, integer, significant};
use crate::text::outliers::{beside_classes, decided, known, reasons, verdict};

/// What the figure is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpectraFigure {
    /// The name of its files, without the ending.
    pub name: String,
    /// The heading.
    pub title: String,
    /// How the runs were made, a sentence or more for the caption.
    pub made: String,
    /// Version of hesscope.
    pub version: String,
    /// The device, in words.
    pub device: String,
    /// The columns.
    pub columns: Vec<SpectraColumn>,
    /// Whether all panels have one axis of eigenvalues, rather than those of a column.
    pub common_axis: bool,
}

/// A run: one network trained on one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct SpectraColumn {
    /// The data set.
    pub dataset: String,
    /// The network.
    pub network: String,
    /// The run's folder.
    pub run: String,
    /// Spectra of the Hessian over its splits, the training split first.
    pub analyses: Vec<Analysis>,
}

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
    let record = record(figure, &drawn).map_err(undrawable)?;
    let main = html! {
        (figure_markup(&drawn, ""))
        @for column in &figure.columns {
            section {
                h2 { (column.network) " on " (column.dataset) }
                (paragraph(&format!("The run is in {}.", column.run)))
                (outliers(&named(column)))
            }
        }
        (rule())
    };
    let page = Page {
        title: &figure.title,
        version: &figure.version,
        device: Some(&figure.device),
        style: "",
        script: None,
        main,
    };
    Ok((write_figure_files(dir, &drawn, &page.html())?, record))
}

/// The spectra of a run, by split.
fn named(column: &SpectraColumn) -> Vec<NamedSpectrum<'_>> {
    let name = |analysis: &Analysis| {
        let split = split_name(analysis.settings.subject.split);
        format!("Hess, {split} split")
    };
    let named = |analysis| NamedSpectrum::of_analysis(name(analysis), analysis);
    column.analyses.iter().map(named).collect()
}

fn grid(figure: &SpectraFigure) -> Grid<'_> {
    let networks = figure.columns.windows(2);
    let one_network = networks
        .into_iter()
        .all(|pair| pair[0].network == pair[1].network);
    let head = |column: &SpectraColumn| {
        if one_network {
            column.dataset.clone()
        } else {
            format!("{} on {}", column.network, column.dataset)
        }
    };
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
        columns: figure.columns.iter().map(head).collect(),
        rows: Split::ALL.into_iter().filter_map(row).collect(),
        axes: if figure.common_axis {
            Axes::Common
        } else {
            Axes::OfColumns
        },
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
    let verdict = verdict(&analysis.spectrum.outliers);
    match positive(analysis) {
        Some(count) if count > 0 => {
            let beside = beside_classes(count, classes);
            format!("{verdict} ({beside}); C = {classes}")
        }
        _ => format!(
            "{verdict}; C = {classes}, C \u{2212} 1 = {}",
            classes.saturating_sub(1)
        ),
    }
}

/// The number of positive outliers.
fn positive(analysis: &Analysis) -> Option<usize> {
    known(analysis.spectrum.outliers.positive)
}

/// What the count of positive outliers rests on.
fn evidence(analysis: &Analysis) -> Vec<String> {
    let outliers = &analysis.spectrum.outliers;
    let Some(count) = decided(outliers.positive) else {
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
    for column in &figure.columns {
        for analysis in &column.analyses {
            let head = format!(
                "{} on {}, {} split",
                column.network,
                column.dataset,
                split_name(analysis.settings.subject.split)
            );
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
    let mut sentences = vec![figure.made.clone(), papers.to_owned()];
    let lists = [
        ("Counted C or C \u{2212} 1 here", so),
        ("Not so here", other),
        ("Undecided here", undecided),
    ];
    for (what, heads) in lists {
        if !heads.is_empty() {
            sentences.push(format!("{what}: {}.", heads.join("; ")));
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn record(figure: &SpectraFigure, drawn: &Figure) -> Result<SpectraRecord, SpectralError> {
    let spectra = |columns: &[SpectraColumn]| {
        let analyses = columns.iter().flat_map(|column| &column.analyses);
        extent(
            &analyses
                .map(|analysis| &analysis.spectrum)
                .collect::<Vec<_>>(),
        )
    };
    let columns = figure.columns.iter().map(|column| {
        let extent = if figure.common_axis {
            spectra(&figure.columns)
        } else {
            spectra(std::slice::from_ref(column))
        };
        let panels = named(column).into_iter().zip(&column.analyses);
        let panels = panels.map(|(named, analysis)| {
            let numbers = curves(&named, &extent, POINTS)?;
            let (subject, spectrum) = (&analysis.settings.subject, &analysis.spectrum);
            Ok(SpectraPanelRecord {
                split: subject.split,
                epoch: subject.epoch,
                examples: analysis.examples,
                loss: analysis.loss,
                accuracy: analysis.accuracy,
                analysis: analysis.origin.key.clone(),
                outliers: spectrum.outliers,
                above_less_classes: positive(analysis)
                    .map(|count| count as i64 - analysis.classes as i64),
                leading: spectrum.top.clone(),
                near_zero: numbers.near_zero,
                negative: curve(numbers.negative),
                positive: curve(numbers.positive),
            })
        });
        let first = column.analyses.first();
        Ok(SpectraColumnRecord {
            dataset: column.dataset.clone(),
            network: column.network.clone(),
            run: column.run.clone(),
            parameters: first.map_or(0, |analysis| analysis.spectrum.dimension),
            classes: first.map_or(0, |analysis| analysis.classes),
            panels: panels.collect::<Result<_, SpectralError>>()?,
        })
    });
    Ok(SpectraRecord {
        schema: SCHEMA_VERSION,
        version: figure.version.clone(),
        caption: drawn.caption.clone(),
        columns: columns.collect::<Result<_, SpectralError>>()?,
    })
}

fn curve(side: SideCurve) -> DecadeCurve {
    let [lower, upper] = side
        .band
        .map_or([None, None], |[lower, upper]| [Some(lower), Some(upper)]);
    DecadeCurve {
        log10_modulus: side.points,
        mean: side.mean,
        lower,
        upper,
    }
}
