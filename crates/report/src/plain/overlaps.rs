//! Overlaps of subspaces.

use hesscope_records::{EpochOverlaps, OverlapRecord, Overlaps};

use super::table::{named, table};

/// The overlaps of every epoch, a table each.
pub fn overlaps(overlaps: &Overlaps) -> String {
    let tables: Vec<String> = overlaps.epochs.iter().map(of_epoch).collect();
    tables.join("\n")
}

fn of_epoch(overlaps: &EpochOverlaps) -> String {
    let spaces = &overlaps.spaces;
    let header = spaces
        .iter()
        .map(|space| format!("{} ({})", space.name, space.dimension));
    let rows = spaces.iter().map(|one| {
        let pair = |name: &str| overlaps.pair(&one.name, name);
        let cells = spaces.iter();
        let cells = cells.map(|other| pair(&other.name).map_or_else(String::new, cell));
        named(&one.name, cells)
    });
    format!(
        "epoch {}: mean squared cosine of the principal angles\n{}",
        overlaps.epoch,
        table(named("", header), rows)
    )
}

fn cell(pair: &OverlapRecord) -> String {
    if pair.error >= 1.0 {
        format!("{:.3} ± any", pair.overlap)
    } else {
        format!("{:.3} ± {:.0e}", pair.overlap, pair.error)
    }
}
