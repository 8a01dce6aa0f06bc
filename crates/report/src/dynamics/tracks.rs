//! The tracks of each operator.

use super::{cell, size_name};
use crate::figures::Figure;
use crate::figures::tracks::{TrackColumn, TrackPanel, Tracks};
use crate::numbers::significant;
use crate::wording::{operator_name, split_name};
use hesscope_records::{Dynamics, DynamicsSpectrum, Measure};

/// What is followed.
type Pick = fn(&DynamicsSpectrum) -> Option<Measure>;

/// The figure of an operator at a place among the operators.
pub(super) fn figure(dynamics: &Dynamics, place: usize, operator: &str) -> Figure {
    let settings = &dynamics.settings;
    let sizes: Vec<&String> = settings.sizes.iter().map(|(size, _)| size).collect();
    let picks: [(&str, Pick, Option<f64>); 3] = [
        ("Largest eigenvalue", |found| found.largest, None),
        ("Edge of the bulk", |found| found.edge, None),
        (
            "Last outlier over the edge",
            |found| found.separation,
            Some(settings.least_separation),
        ),
    ];
    let value = |pick: Pick, size: &str, epoch: usize| {
        let (_, cell) = cell(dynamics, size, epoch)?;
        pick(cell.spectra.get(place)?)
    };
    let panel =
        |title: &str, reference: Option<f64>, series: Vec<Vec<Option<Measure>>>| TrackPanel {
            title: title.to_owned(),
            series,
            reference,
        };
    let epochs = &settings.epochs;
    let along_epochs = TrackColumn {
        title: "Each line a sample size:".to_owned(),
        places: epochs.iter().map(usize::to_string).collect(),
        axis: "epoch".to_owned(),
        series: sizes.iter().map(|size| size_name(size)).collect(),
        panels: picks
            .iter()
            .map(|&(title, pick, reference)| {
                let of_size = |size: &&String| -> Vec<Option<Measure>> {
                    epochs
                        .iter()
                        .map(|&epoch| value(pick, size, epoch))
                        .collect()
                };
                panel(title, reference, sizes.iter().map(of_size).collect())
            })
            .collect(),
    };
    let along_sizes = TrackColumn {
        title: "Each line an epoch:".to_owned(),
        places: sizes.iter().map(|size| (*size).clone()).collect(),
        axis: "training examples a class".to_owned(),
        series: epochs
            .iter()
            .map(|epoch| format!("epoch {epoch}"))
            .collect(),
        panels: picks
            .iter()
            .map(|&(title, pick, reference)| {
                let of_epoch = |epoch: &usize| -> Vec<Option<Measure>> {
                    sizes.iter().map(|size| value(pick, size, *epoch)).collect()
                };
                panel(title, reference, epochs.iter().map(of_epoch).collect())
            })
            .collect(),
    };
    let name = operator_name(operator);
    let title = format!(
        "{name} over the {} split: eigenvalues along training and sample size",
        split_name(&settings.split)
    );
    Tracks {
        name: format!("tracks-{}", file_name(operator)),
        label: format!("{title}. The numbers are in the table of {name}."),
        caption: format!(
            "The largest eigenvalue with its residual; the edge of the bulk above zero, where outliers are counted, with the \
             error of the edge of a continuous law (its residual and 1.6 spacings of its neighbours); and the factor between \
             the last outlier and the edge, where there are outliers, with both errors. The dashed line is the factor {} \
             that outliers must stand apart by, error bar included. Places are evenly spaced, values logarithmic; a line \
             breaks where there is no value.",
            significant(settings.least_separation, 2)
        ),
        title,
        columns: vec![along_epochs, along_sizes],
    }
    .figure()
}

/// A name for files: `b2[3]` and `a1+a2` have characters that shells and addresses read as their own.
pub(super) fn file_name(operator: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    operator
        .chars()
        .map(plain)
        .collect::<String>()
        .trim_end_matches('-')
        .to_owned()
}
