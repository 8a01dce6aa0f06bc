//! A row of the table, from an analysis.

use hesscope_records::{Analysis, SweepRow};
use hesscope_spectral::{LawAnalysis, OutlierOutcome, Side};

use super::folder::RUNS;
use super::point::{Point, net_label};
use crate::error::StudyError;

/// The row of an analysis in the file of this name; `learning_rate` is the one given or found.
pub fn row(
    point: &Point,
    learning_rate: Option<f64>,
    analysis: &Analysis,
    file: &str,
) -> Result<SweepRow, StudyError> {
    let settings = &point.settings;
    let (subject, spectrum) = (&analysis.settings.subject, &analysis.spectrum);
    let run = format!("{RUNS}/{}", point.name);
    let values = || spectrum.top.values.iter().copied();
    let (above, below) = (spectrum.outliers.positive, spectrum.outliers.negative);
    let (edge_above, edge_below) = (edge(above), edge(below));
    let mean = spectrum.density.smooth_average(|value| value);
    let size = settings.examples_per_class.and_then(|size| size.count());
    Ok(SweepRow {
        analysis: format!("{run}/analysis/{file}"),
        run,
        dataset: settings.dataset.to_string(),
        network: net_label(&settings.net)?,
        examples_per_class: size.map(|count| count as u64),
        epochs: settings.train.epochs as u64,
        seed: settings.seed,
        learning_rate,
        parameters: spectrum.dimension as u64,
        classes: analysis.classes as u64,
        examples: analysis.examples as u64,
        operator: analysis.settings.operator.to_string(),
        split: subject.split.to_string(),
        epoch: subject.epoch as u64,
        loss: analysis.loss,
        accuracy: analysis.accuracy,
        smallest: values().fold(spectrum.range.ritz_min, f64::min),
        largest: values().fold(spectrum.range.ritz_max, f64::max),
        outliers_above: above.number().map(|count| count as u64),
        outliers_below: below.number().map(|count| count as u64),
        edge_above: edge_above.map(|[value, _]| value),
        edge_above_error: edge_above.map(|[_, error]| error),
        edge_below: edge_below.map(|[value, _]| value),
        edge_below_error: edge_below.map(|[_, error]| error),
        mean_eigenvalue: mean.mean,
        mean_eigenvalue_error: mean.standard_error,
        law_above: law(&spectrum.laws, Side::Positive),
        law_below: law(&spectrum.laws, Side::Negative),
        products: spectrum.products as u64,
    })
}

/// The bulk's edge and its error.
fn edge(outcome: OutlierOutcome) -> Option<[f64; 2]> {
    let edge = outcome.decided()?.bulk_edge?;
    Some([edge.value, edge.error()])
}

/// The law named for the whole bulk on a side.
fn law(laws: &[LawAnalysis], side: Side) -> Option<String> {
    let found = laws.iter().find(|found| found.sample.side == side)?;
    found.whole_bulk.verdict.winner.map(|law| law.to_string())
}
