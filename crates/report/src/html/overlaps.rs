//! How outlier spaces, class means and the gradient lie to each other.

use super::markup::{Table, details, paragraph};
use crate::escape::escape;
use crate::numbers::significant;
use crate::wording::{capitalised, operator_name, split_name};
use hesscope_records::{EpochOverlaps, OverlapRecord, Overlaps, SpaceRecord};

/// All files of overlaps; only the last epoch's table is open.
pub(crate) fn section(all: &[Overlaps]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = "<section>\n<h2>Overlaps of subspaces</h2>\n".to_owned();
    out.push_str(&paragraph(
        "The overlap of two subspaces is the mean of cos\u{b2} over the principal angles between them: 1 where the smaller \
         lies in the larger, 0 where they are orthogonal. After \u{b1} stands the most it can be off because eigenvectors \
         are found only to within their residuals (the sin \u{398} theorem of Davis & Kahan); where that is 1 the \
         eigenvalues have no gap after the last that was taken, and the overlap says nothing. In parentheses, what a random \
         subspace would have on average.",
    ));
    for overlaps in all {
        let split = split_name(&overlaps.settings.split);
        out.push_str(&format!(
            "<section>\n<h3>{} split</h3>\n",
            escape(&capitalised(split))
        ));
        for (i, epoch) in overlaps.epochs.iter().rev().enumerate() {
            out.push_str(&details(
                &format!("Epoch {}", epoch.epoch),
                i == 0,
                &(matrix(epoch) + &dimensions(epoch)),
            ));
        }
        if !overlaps.along.is_empty() {
            out.push_str(&along(overlaps));
        }
        out.push_str("</section>\n");
    }
    out.push_str("</section>\n");
    out
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

fn matrix(epoch: &EpochOverlaps) -> String {
    let mut head = vec![String::new()];
    head.extend(epoch.spaces.iter().skip(1).map(|space| name(&space.name)));
    let mut table = Table::new(format!("Overlaps at epoch {}", epoch.epoch), &head);
    let rows = epoch.spaces.len().saturating_sub(1);
    for one in &epoch.spaces[..rows] {
        let cells = epoch.spaces[1..].iter().map(|other| {
            let pair = epoch
                .pairs
                .iter()
                .find(|pair| pair.first == one.name && pair.second == other.name);
            pair.map_or_else(String::new, cell)
        });
        table.row(std::iter::once(name(&one.name)).chain(cells));
    }
    table.html()
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

fn dimensions(epoch: &EpochOverlaps) -> String {
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

fn along(overlaps: &Overlaps) -> String {
    let mut table = Table::new(
        "The space of one operator at two epochs",
        &["Operator", "Epoch", "with epoch", "Overlap"],
    )
    .tall();
    for along in &overlaps.along {
        table.row([
            name(&along.name),
            along.from.to_string(),
            along.to.to_string(),
            cell(&along.overlap),
        ]);
    }
    table.html()
}
