//! Spectra over sample sizes and epochs.

use hesscope_records::{Along, Dynamics};

use super::findings::finding;
use super::table::{named, table};
use crate::dynamics::outcome_words;
use crate::text::outliers;

/// The counts as a table for each operator, the transitions and the findings.
pub fn dynamics(dynamics: &Dynamics) -> String {
    let settings = &dynamics.settings;
    let mut lines = Vec::new();
    for (place, operator) in settings.operators.iter().enumerate() {
        let epochs = settings.epochs.iter().map(|epoch| format!("epoch {epoch}"));
        let rows = settings.sizes.iter().map(|(size, _)| {
            let cells = dynamics.cells.iter().filter(|cell| cell.size == *size);
            let counts = cells.map(|cell| outliers::cell(cell.spectra[place].outliers.positive));
            named(size, counts)
        });
        lines.push(format!(
            "{operator}: positive outliers (C = {})\n{}",
            dynamics.classes,
            table(named("per class", epochs), rows)
        ));
    }
    lines.extend(dynamics.transitions.iter().map(|found| {
        let (held, what) = match found.along {
            Along::Epochs => (format!("{} per class", found.at), "epoch "),
            Along::Sizes => (format!("epoch {}", found.at), "size "),
        };
        let outcome = outcome_words(&found.outcome, what);
        format!("outliers of {}, {held}: {outcome}", found.operator)
    }));
    lines.extend(dynamics.findings.iter().map(finding));
    lines.join("\n")
}
