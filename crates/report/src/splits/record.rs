//! The numbers behind the figure.

use hesscope_records::{
    DecadeCurve, SCHEMA_VERSION, SpectraColumnRecord, SpectraPanelRecord, SpectraRecord,
};
use hesscope_spectral::SpectralError;

use super::given::{SpectraColumn, SpectraFigure, named, positive};
use crate::figures::Figure;
use crate::figures::curves::{POINTS, curves, extent};
use crate::figures::line::Line;

/// Everything that the figure shows.
pub(super) fn record(
    figure: &SpectraFigure,
    drawn: &Figure,
) -> Result<SpectraRecord, SpectralError> {
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
                near_zero: numbers.near_zero.bounds,
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
        caption: format!("{} {}", drawn.caption, drawn.notes),
        columns: columns.collect::<Result<_, SpectralError>>()?,
    })
}

fn curve(side: Line) -> DecadeCurve {
    let stretches = &side.unresolved;
    let is_open = |i| stretches.iter().any(|stretch| stretch.contains(&i));
    let unresolved = (0..side.points.len()).map(is_open).collect();
    let [lower, upper] = side
        .band
        .map_or([None, None], |[lower, upper]| [Some(lower), Some(upper)]);
    DecadeCurve {
        log10_modulus: side.points,
        mean: side.mean,
        lower,
        upper,
        unresolved,
    }
}
