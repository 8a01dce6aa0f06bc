//! The runs of a sweep by what tells them apart.

use hesscope_records::SweepRow;

use crate::text::differences::differences;
use crate::text::names::size_name;
use crate::text::numbers::short;

/// A name for each row's run, of the settings that are not the same in all runs.
pub(super) fn names(rows: &[&SweepRow]) -> Vec<String> {
    let mut runs: Vec<&SweepRow> = Vec::new();
    for row in rows {
        if !runs.iter().any(|known| known.run == row.run) {
            runs.push(row);
        }
    }
    let facts: Vec<_> = runs.iter().map(|row| facts(row)).collect();
    let folders: Vec<String> = runs.iter().map(|row| row.run.clone()).collect();
    let mut names = differences(&facts, &folders);
    if let [only] = names.as_mut_slice() {
        // Nothing to be told from.
        *only = format!("{}, {}", runs[0].dataset, runs[0].network);
    }
    let own = |row: &&SweepRow| {
        let place = runs.iter().position(|known| known.run == row.run);
        place.map_or_else(String::new, |place| names[place].clone())
    };
    rows.iter().map(own).collect()
}

/// The settings of a run.
fn facts(row: &SweepRow) -> Vec<String> {
    let size = row
        .examples_per_class
        .map_or_else(|| "all".to_owned(), |size| size.to_string());
    vec![
        row.dataset.clone(),
        row.network.clone(),
        size_name(&size),
        format!("{} epochs", row.epochs),
        format!("seed {}", row.seed),
        row.learning_rate.map_or_else(
            || "learning rate not known".to_owned(),
            |rate| format!("learning rate {}", short(rate)),
        ),
        format!("p = {}", row.parameters),
    ]
}
