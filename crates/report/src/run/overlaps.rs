//! How outlier spaces, class means and the gradient lie to each other.

use hesscope_records::{AlongOverlap, EpochOverlaps, OverlapRecord, Overlaps, SpaceRecord};
use maud::{Markup, html};

use crate::html::markup::{Table, details, paragraph};
use crate::text::names::{capitalised, operator_name, split_name};
use crate::text::numbers::significant;

/// All files of overlaps; only the last epoch's table is open.
pub(super) fn section(id: &str, all: &[Overlaps]) -> Markup {
    html! {
        @if !all.is_empty() {
            section id=(id) {
                h2 { "Overlaps of subspaces" }
                (details("How overlaps are read", false, paragraph(
                    "The overlap of two subspaces is the mean of cos\u{b2} over their principal angles: 1 where the smaller \
                     lies in the larger, 0 where they are orthogonal. After \u{b1} stands the most it can be off because \
                     eigenvectors are found only to within their residuals (the sin \u{398} theorem of Davis & Kahan). Where \
                     that is 1, the eigenvalues have no gap after the last that was taken, and the overlap says nothing. In \
                     parentheses: the mean overlap of a random subspace.",
                )))
                @for overlaps in all {
                    section {
                        @if let Some(first) = overlaps.settings.subjects.first() {
                            h3 { (capitalised(split_name(first.split))) " split" }
                        }
                        @for (i, epoch) in overlaps.epochs.iter().rev().enumerate() {
                            (details(&format!("Epoch {}", epoch.epoch), i == 0, html! {
                                (matrix(epoch)) (dimensions(epoch))
                            }))
                        }
                        @if !overlaps.along.is_empty() { (along(overlaps)) }
                    }
                }
            }
        }
    }
}

/// The name of a space as it is printed.
fn name(space: &str) -> String {
    match space {
        "g_c" => "class means g_c".to_owned(),
        "g_cc'" => "class means g_cc\u{2032}".to_owned(),
        "gradient" => "gradient".to_owned(),
        operator => operator_name(operator),
    }
}

fn matrix(epoch: &EpochOverlaps) -> Table {
    let [columns, rows] = match epoch.spaces.as_slice() {
        [] => [&[] as &[SpaceRecord]; 2],
        spaces => [&spaces[1..], &spaces[..spaces.len() - 1]],
    };
    let mut head = vec![String::new()];
    head.extend(columns.iter().map(|space| name(&space.name)));
    let row = |one: &SpaceRecord| {
        let mut row = vec![name(&one.name)];
        row.extend(columns.iter().map(|other| {
            let pair = epoch.pair(&one.name, &other.name);
            pair.map_or_else(String::new, cell)
        }));
        row
    };
    let caption = format!("Overlaps at epoch {}", epoch.epoch);
    Table::of_columns(caption, head).with(rows.iter().map(row))
}

/// `0.97 ± 0.001 (0.004)`.
fn cell(pair: &OverlapRecord) -> String {
    format!(
        "{:.3} \u{b1} {} ({})",
        pair.overlap,
        significant(pair.error, 1),
        significant(pair.chance, 1)
    )
}

fn dimensions(epoch: &EpochOverlaps) -> Markup {
    let said: Vec<String> = epoch.spaces.iter().map(dimension).collect();
    paragraph(&format!("Dimensions: {}.", said.join("; ")))
}

fn dimension(space: &SpaceRecord) -> String {
    let name = name(&space.name);
    let why = match (space.eigenvalues.is_empty(), space.counted) {
        (true, _) => "",
        (false, true) => ", its outliers",
        (false, false) => ", its leading eigenvalues",
    };
    format!("{name} {}{why}", space.dimension)
}

fn along(overlaps: &Overlaps) -> Table {
    let row = |along: &AlongOverlap| {
        [
            name(&along.name),
            along.from.to_string(),
            along.to.to_string(),
            cell(&along.overlap),
        ]
    };
    let head = "Operator | Epoch | with epoch | Overlap";
    Table::new("The space of one operator at two epochs", head)
        .tall()
        .with(overlaps.along.iter().map(row))
}
