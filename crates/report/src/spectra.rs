//! The figure of training and test spectra: data sets in columns, splits in rows.

use std::path::Path;

use hesscope_spectral::{OutlierOutcome, SpectralError};

use crate::check::check;
use crate::error::ReportError;
use crate::figures::grid::{Axes, Cell, Grid, Row};
use crate::figures::{Figure, POINTS, SideCurve, extent, spectrum};
use crate::html::spectra_page;
use crate::leaf::{FigureFiles, write_leaf};
use crate::numbers::{integer, significant};
use crate::wording::{Side, beside_classes, capitalised, reasons, split_name, verdict};
use hesscope_records::{
    Analysis, DecadeCurve, SCHEMA_VERSION, SpectraColumnRecord, SpectraPanelRecord, SpectraRecord,
};

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
    let undrawable = |error: SpectralError| ReportError::Analysis {
        key: analyses().next().map_or("", |first| &first.key).to_owned(),
        reason: error.to_string(),
    };
    let drawn = draw(figure).map_err(undrawable)?;
    let record = record(figure, &drawn).map_err(undrawable)?;
    let page = spectra_page(figure, &drawn);
    Ok((write_leaf(&drawn, &page, dir)?, record))
}

/// The splits that any column has, in the order of their first occurrence.
fn splits(figure: &SpectraFigure) -> Vec<&str> {
    let mut splits: Vec<&str> = Vec::new();
    for analysis in figure.columns.iter().flat_map(|column| &column.analyses) {
        let split = analysis.settings.split.as_str();
        if !splits.contains(&split) {
            splits.push(split);
        }
    }
    splits
}

fn draw(figure: &SpectraFigure) -> Result<Figure, SpectralError> {
    let networks: Vec<&str> = figure
        .columns
        .iter()
        .map(|column| column.network.as_str())
        .collect();
    let one_network = networks.windows(2).all(|pair| pair[0] == pair[1]);
    let rows = splits(figure).into_iter().map(|split| Row {
        title: format!("{} split", capitalised(split_name(split))),
        cells: figure
            .columns
            .iter()
            .map(|column| {
                let of_split = |analysis: &&Analysis| analysis.settings.split == split;
                column.analyses.iter().find(of_split).map(cell)
            })
            .collect(),
    });
    Grid {
        name: figure.name.clone(),
        title: figure.title.clone(),
        caption: caption(figure),
        columns: figure
            .columns
            .iter()
            .map(|column| {
                if one_network {
                    column.dataset.clone()
                } else {
                    format!("{} on {}", column.network, column.dataset)
                }
            })
            .collect(),
        rows: rows.collect(),
        axes: if figure.common_axis {
            Axes::Common
        } else {
            Axes::OfColumns
        },
    }
    .figure()
}

/// One panel.
fn cell(analysis: &Analysis) -> Cell<'_> {
    let mut notes = vec![counted(analysis)];
    notes.extend(evidence(analysis));
    notes.push(format!(
        "accuracy {} %, N = {}",
        significant(analysis.accuracy * 100.0, 4),
        integer(analysis.examples)
    ));
    Cell {
        curves: vec![("Hess".to_owned(), analysis)],
        notes,
    }
}

/// The count beside C and C - 1.
fn counted(analysis: &Analysis) -> String {
    let classes = analysis.classes;
    let beside = match above(analysis) {
        Some(count) if count > 0 => format!(" above zero: {}", beside_classes(count, classes)),
        _ => String::new(),
    };
    let verdict = verdict(&analysis.outliers);
    if beside.is_empty() {
        format!(
            "{verdict}; C = {classes}, C \u{2212} 1 = {}",
            classes.saturating_sub(1)
        )
    } else {
        format!("{verdict},{beside}; C = {classes}")
    }
}

/// The outliers above zero.
pub(crate) fn above(analysis: &Analysis) -> Option<usize> {
    Side::of(analysis.outliers.positive).known()
}

/// What the count above zero rests on.
fn evidence(analysis: &Analysis) -> Vec<String> {
    match analysis.outliers.positive {
        OutlierOutcome::Decided(count) => {
            let gap = if count.count == 0 {
                "widest gap"
            } else {
                "gap"
            };
            vec![format!(
                "{gap} {} times the bulk\u{2019}s, p = {}",
                significant(count.statistic, 3),
                significant(count.p_value, 2)
            )]
        }
        OutlierOutcome::Undecided(_) => reasons(&analysis.outliers),
    }
}

/// What was found, beside what the papers say.
fn caption(figure: &SpectraFigure) -> String {
    let mut so = Vec::new();
    let (mut other, mut undecided) = (Vec::new(), Vec::new());
    for column in &figure.columns {
        for analysis in &column.analyses {
            let head = format!(
                "{} on {}, {} split",
                column.network,
                column.dataset,
                split_name(&analysis.settings.split)
            );
            let classes = analysis.classes;
            match above(analysis) {
                Some(count) if count == classes || count + 1 == classes => {
                    so.push(format!("{head} ({})", beside_classes(count, classes)));
                }
                Some(count) => other.push(format!("{head} ({count}, C = {classes})")),
                None => undecided.push(head),
            }
        }
    }
    let mut sentences = vec![
        figure.made.clone(),
        "Papyan (2018, 2019) finds about C outliers above the bulk of the Hessian, over the training split and over the \
         test split."
            .to_owned(),
    ];
    let list = |what: &str, heads: &[String]| {
        (!heads.is_empty()).then(|| format!("{what}: {}.", heads.join("; ")))
    };
    sentences.extend(list("Counted C or C \u{2212} 1 here", &so));
    sentences.extend(list("Not so here", &other));
    sentences.extend(list("Undecided here", &undecided));
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn record(figure: &SpectraFigure, drawn: &Figure) -> Result<SpectraRecord, SpectralError> {
    let all: Vec<&Analysis> = figure
        .columns
        .iter()
        .flat_map(|column| &column.analyses)
        .collect();
    let columns = figure.columns.iter().map(|column| {
        let own: Vec<&Analysis> = column.analyses.iter().collect();
        let extent = extent(if figure.common_axis { &all } else { &own });
        let panels = column.analyses.iter().map(|analysis| {
            let numbers = spectrum(analysis, &extent, POINTS)?;
            Ok(SpectraPanelRecord {
                split: analysis.settings.split.clone(),
                epoch: analysis.settings.epoch,
                examples: analysis.examples,
                loss: analysis.loss,
                accuracy: analysis.accuracy,
                analysis: analysis.key.clone(),
                outliers: analysis.outliers,
                above_less_classes: above(analysis)
                    .map(|count| count as i64 - analysis.classes as i64),
                leading: analysis.top.clone(),
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
            parameters: first.map_or(0, |analysis| analysis.dimension),
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
