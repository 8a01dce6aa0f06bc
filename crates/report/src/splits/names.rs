//! The columns of the figure by what tells them apart.

use super::given::SpectraColumn;
use crate::text::differences::differences;
use crate::text::numbers::integer;

/// `mnist`, or `vgg11 on mnist` where networks differ; more where that is not enough.
pub(super) fn heads(columns: &[SpectraColumn]) -> Vec<String> {
    let mut pairs = columns.windows(2);
    let one_network = pairs.all(|pair| pair[0].network == pair[1].network);
    named(columns, |column| match one_network {
        true => column.dataset.clone(),
        false => title(column),
    })
}

/// `vgg11 on mnist`; more where that is not enough.
pub(super) fn titles(columns: &[SpectraColumn]) -> Vec<String> {
    named(columns, title)
}

fn title(column: &SpectraColumn) -> String {
    format!("{} on {}", column.network, column.dataset)
}

/// The names, with what differs among the columns that share one behind it.
fn named(columns: &[SpectraColumn], name: impl Fn(&SpectraColumn) -> String) -> Vec<String> {
    let own = |column: &SpectraColumn| {
        let own = name(column);
        let same: Vec<&SpectraColumn> = columns.iter().filter(|other| name(other) == own).collect();
        if same.len() < 2 {
            return own;
        }
        let facts: Vec<_> = same.iter().map(|column| facts(column)).collect();
        let runs: Vec<_> = same.iter().map(|column| column.run.clone()).collect();
        let place = same.iter().position(|other| std::ptr::eq(*other, column));
        let told = differences(&facts, &runs)
            .into_iter()
            .nth(place.unwrap_or(0));
        format!("{own}, {}", told.unwrap_or_default())
    };
    columns.iter().map(own).collect()
}

/// What is known of a run beside its data set and its network.
fn facts(column: &SpectraColumn) -> Vec<String> {
    let Some(first) = column.analyses.first() else {
        return vec![String::new(); 4];
    };
    vec![
        format!("N = {}", integer(first.examples)),
        format!("epoch {}", first.settings.subject.epoch),
        format!("p = {}", integer(first.spectrum.dimension)),
        format!("C = {}", first.classes),
    ]
}
