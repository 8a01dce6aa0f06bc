//! The tracks of each operator.

use hesscope_records::{Dynamics, DynamicsSpectrum, Measure, Terms};

use super::cells::{cell, file_name};
use crate::figures::Figure;
use crate::figures::tracks::{TrackColumn, TrackPanel, Tracks};
use crate::text::names::{operator_name, size_name, split_name};
use crate::text::numbers::significant;

/// What is followed.
type Pick = fn(&DynamicsSpectrum) -> Option<Measure>;

/// The figure of an operator at a place among the operators.
pub(super) fn figure(dynamics: &Dynamics, place: usize, operator: Terms) -> Figure {
    let settings = &dynamics.settings;
    let epochs = &settings.epochs;
    let sizes: Vec<&str> = settings
        .sizes
        .iter()
        .map(|(size, _)| size.as_str())
        .collect();
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
    // A line for each of one list, a point for each of the other.
    let panels = |series: &dyn Fn(Pick) -> Vec<Vec<Option<Measure>>>| {
        let panel = |(title, pick, reference): (&str, Pick, Option<f64>)| TrackPanel {
            title: title.to_owned(),
            series: series(pick),
            reference,
        };
        picks.map(panel).to_vec()
    };
    let along_epochs = TrackColumn {
        title: "Each line a sample size:".to_owned(),
        places: epochs.iter().map(usize::to_string).collect(),
        axis: "epoch".to_owned(),
        series: sizes.iter().map(|size| size_name(size)).collect(),
        panels: panels(&|pick| {
            let of_size = |size: &&str| {
                epochs
                    .iter()
                    .map(|&epoch| value(pick, size, epoch))
                    .collect()
            };
            sizes.iter().map(of_size).collect()
        }),
    };
    let along_sizes = TrackColumn {
        title: "Each line an epoch:".to_owned(),
        places: sizes.iter().map(|&size| size.to_owned()).collect(),
        axis: "training examples per class".to_owned(),
        series: epochs
            .iter()
            .map(|epoch| format!("epoch {epoch}"))
            .collect(),
        panels: panels(&|pick| {
            let of_epoch =
                |&epoch: &usize| sizes.iter().map(|size| value(pick, size, epoch)).collect();
            epochs.iter().map(of_epoch).collect()
        }),
    };
    let name = operator_name(operator);
    let title = format!(
        "{name} over the {} split: eigenvalues along training and sample size",
        split_name(settings.split)
    );
    let tracks = Tracks {
        name: format!("tracks-{}", file_name(operator)),
        label: format!("{title}. The numbers are in the table of {name}."),
        caption: format!(
            "Top: the largest eigenvalue with its residual. Middle: the positive edge of the bulk, where outliers are \
             counted, with the error of the edge of a continuous law (its residual and 1.6 spacings of its neighbours). \
             Bottom: the factor between the last outlier and the edge, where there are outliers, with both errors. The dashed \
             line is the factor {} that outliers must stand apart by, error bar included. Places are evenly spaced, values \
             logarithmic. A line breaks where there is no value.",
            significant(settings.least_separation, 2)
        ),
        title,
        columns: vec![along_epochs, along_sizes],
    };
    tracks.figure()
}
