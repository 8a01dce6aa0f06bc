//! Overlaps as tables.

use hesscope_records::{EpochOverlaps, Overlaps};

use super::table::table;

/// The overlaps of every epoch.
pub fn text(overlaps: &Overlaps) -> String {
    let tables: Vec<String> = overlaps.epochs.iter().map(of_epoch).collect();
    tables.join("\n")
}

fn of_epoch(overlaps: &EpochOverlaps) -> String {
    let names = overlaps
        .spaces
        .iter()
        .map(|space| format!("{} ({})", space.name, space.dimension));
    let header: Vec<String> = std::iter::once(String::new()).chain(names).collect();
    let rows: Vec<Vec<String>> = overlaps
        .spaces
        .iter()
        .map(|one| {
            let cells = overlaps
                .spaces
                .iter()
                .map(|other| cell(overlaps, &one.name, &other.name));
            std::iter::once(one.name.clone()).chain(cells).collect()
        })
        .collect();
    format!(
        "epoch {}: mean squared cosine of the principal angles\n{}",
        overlaps.epoch,
        table(&header, &rows)
    )
}

fn cell(overlaps: &EpochOverlaps, first: &str, second: &str) -> String {
    let mut pairs = overlaps.pairs.iter();
    match pairs.find(|pair| pair.first == first && pair.second == second) {
        Some(pair) if pair.error >= 1.0 => format!("{:.3} ± any", pair.overlap),
        Some(pair) => format!("{:.3} ± {:.0e}", pair.overlap, pair.error),
        None => String::new(),
    }
}
