//! The outlier counts in words.

use std::cmp::Ordering;

use hesscope_spectral::{OutlierCount, OutlierOutcome, Outliers, UndecidedReason};

use super::names::counted;

/// Both sides of zero with their names, the positive first.
pub(crate) fn sides(outliers: &Outliers) -> [(&'static str, OutlierOutcome); 2] {
    [
        ("positive", outliers.positive),
        ("negative", outliers.negative),
    ]
}

/// What was decided of one side.
pub(crate) fn decided(outcome: OutlierOutcome) -> Option<OutlierCount> {
    match outcome {
        OutlierOutcome::Decided(count) => Some(count),
        OutlierOutcome::Undecided(_) => None,
    }
}

/// Why there is no count; a side without leading eigenvalues has nothing undecided about it.
fn undecided(outcome: OutlierOutcome) -> Option<UndecidedReason> {
    match outcome {
        OutlierOutcome::Decided(_)
        | OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: 0 }) => None,
        OutlierOutcome::Undecided(reason) => Some(reason),
    }
}

/// The count of one side, where there is one.
pub(crate) fn known(outcome: OutlierOutcome) -> Option<usize> {
    match undecided(outcome) {
        Some(_) => None,
        None => Some(decided(outcome).map_or(0, |decided| decided.count)),
    }
}

/// A side in a cell of a table: `none` where no eigenvalue lies on it.
pub(crate) fn cell(outcome: OutlierOutcome) -> String {
    match (decided(outcome), undecided(outcome)) {
        (Some(decided), _) => decided.count.to_string(),
        (None, None) => "none".to_owned(),
        (None, Some(_)) => "undecided".to_owned(),
    }
}

/// A count beside the number of classes: `C`, `C − 1`, `C + 3`.
pub(crate) fn beside_classes(count: usize, classes: usize) -> String {
    match count.cmp(&classes) {
        Ordering::Equal => "C".to_owned(),
        Ordering::Less => format!("C \u{2212} {}", classes - count),
        Ordering::Greater => format!("C + {}", count - classes),
    }
}

/// The counts of both sides: `10 positive outliers`, `3 positive and 2 negative outliers`, `0 outliers`.
pub(crate) fn verdict(outliers: &Outliers) -> String {
    let positive = |count| counted(count, "positive outlier", "positive outliers");
    let negative = |count| counted(count, "negative outlier", "negative outliers");
    match (known(outliers.positive), known(outliers.negative)) {
        (Some(0), Some(0)) => "0 outliers".to_owned(),
        (Some(above), Some(0)) => positive(above),
        (Some(0), Some(below)) => negative(below),
        (Some(above), Some(below)) => format!("{above} positive and {}", negative(below)),
        (Some(above), None) => format!("{}, negative undecided", positive(above)),
        (None, None | Some(0)) => "outliers undecided".to_owned(),
        (None, Some(below)) => format!("{}, positive undecided", negative(below)),
    }
}

/// The reasons of the undecided sides, a clause each.
pub(crate) fn reasons(outliers: &Outliers) -> Vec<String> {
    let reason = |(side, outcome)| Some(because(side, undecided(outcome)?));
    sides(outliers).into_iter().filter_map(reason).collect()
}

/// Why there is no count.
fn because(side: &str, reason: UndecidedReason) -> String {
    match reason {
        UndecidedReason::TooFewEigenvalues { found } => {
            let usable = counted(found, "usable", "usable");
            let noun = if found == 1 {
                "eigenvalue"
            } else {
                "eigenvalues"
            };
            format!("only {usable} {side} leading {noun}, and the rule needs eight")
        }
        UndecidedReason::RepeatedEigenvalues => {
            format!("{side} eigenvalues repeat, so that the rule\u{2019}s spacings mean nothing")
        }
        UndecidedReason::Unconverged { candidate } => format!(
            "{} by the values as they stand, but not within their residuals",
            counted(
                candidate,
                &format!("{side} outlier"),
                &format!("{side} outliers")
            )
        ),
    }
}
