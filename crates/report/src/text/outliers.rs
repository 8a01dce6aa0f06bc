//! The outlier counts in words.

use std::cmp::Ordering;

use hesscope_spectral::{OutlierOutcome, Outliers, UndecidedReason};

use super::names::counted;

/// Both sides of zero with their names, the positive first.
pub(crate) fn sides(outliers: &Outliers) -> [(&'static str, OutlierOutcome); 2] {
    [
        ("positive", outliers.positive),
        ("negative", outliers.negative),
    ]
}

/// A side in a cell of a table.
pub(crate) fn cell(outcome: OutlierOutcome) -> String {
    let count = outcome.number();
    count.map_or_else(|| "undecided".to_owned(), |count| count.to_string())
}

/// A count beside the number of classes: `C`, `C − 1`, `C + 3`.
pub(crate) fn beside_classes(count: usize, classes: usize) -> String {
    match count.cmp(&classes) {
        Ordering::Equal => "C".to_owned(),
        Ordering::Less => format!("C \u{2212} {}", classes - count),
        Ordering::Greater => format!("C + {}", count - classes),
    }
}

/// The counts of both sides: `10 positive outliers`, `3 positive and 2 negative outliers`, `0 outliers`,
/// `10 positive outliers; negative: undecided`.
pub(crate) fn verdict(outliers: &Outliers) -> String {
    said(outliers, "")
}

/// The same, with the number of classes behind that of the positive outliers, where there are any:
/// `10 positive outliers (C); negative: undecided`.
pub(crate) fn verdict_beside(outliers: &Outliers, classes: usize) -> String {
    match outliers.positive.number() {
        Some(count) if count > 0 => {
            said(outliers, &format!(" ({})", beside_classes(count, classes)))
        }
        _ => verdict(outliers),
    }
}

/// The counts, with a remark behind that of the positive outliers.
fn said(outliers: &Outliers, remark: &str) -> String {
    let positive = |count| counted(count, "positive outlier", "positive outliers") + remark;
    let negative = |count| counted(count, "negative outlier", "negative outliers");
    match (outliers.positive.number(), outliers.negative.number()) {
        (Some(0), Some(0)) => "0 outliers".to_owned(),
        (Some(above), Some(0)) => positive(above),
        (Some(0), Some(below)) => negative(below),
        (Some(above), Some(below)) => format!("{above} positive{remark} and {}", negative(below)),
        (Some(above), None) => format!("{}; negative: undecided", positive(above)),
        (None, Some(0)) => "positive outliers: undecided".to_owned(),
        (None, Some(below)) => format!("positive: undecided; {}", negative(below)),
        (None, None) => "outliers: undecided".to_owned(),
    }
}

/// The reasons of the undecided sides, a clause each.
pub(crate) fn reasons(outliers: &Outliers) -> Vec<String> {
    let reason = |(side, outcome): (_, OutlierOutcome)| match outcome {
        OutlierOutcome::Undecided(reason) if outcome.number().is_none() => {
            Some(because(side, reason))
        }
        _ => None,
    };
    sides(outliers).into_iter().filter_map(reason).collect()
}

/// Why there is no count.
fn because(side: &str, reason: UndecidedReason) -> String {
    match reason {
        UndecidedReason::TooFewEigenvalues { found, needed } => {
            let usable = counted(found, "usable", "usable");
            let noun = if found == 1 {
                "eigenvalue"
            } else {
                "eigenvalues"
            };
            format!("only {usable} {side} leading {noun}, and the rule needs {needed}")
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

#[cfg(test)]
mod tests {
    use super::*;
    use hesscope_spectral::OutlierCount;

    #[test]
    fn what_is_undecided_and_what_stands_beside_c_is_said_of_its_own_side() {
        let (found, needed) = (3, 33);
        let few = OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed });
        let count = |count| {
            OutlierOutcome::Decided(OutlierCount {
                count,
                threshold: None,
                statistic: 9.0,
                p_value: 0.001,
                eigenvalues: 30,
                bulk_edge: None,
            })
        };
        let none = count(0);
        let said = |positive, negative| verdict_beside(&Outliers { positive, negative }, 10);
        assert_eq!(
            said(count(10), few),
            "10 positive outliers (C); negative: undecided"
        );
        assert_eq!(said(count(10), none), "10 positive outliers (C)");
        assert_eq!(
            said(count(3), count(2)),
            "3 positive (C \u{2212} 7) and 2 negative outliers"
        );
        assert_eq!(
            said(few, count(1)),
            "positive: undecided; 1 negative outlier"
        );
        assert_eq!(said(few, none), "positive outliers: undecided");
        assert_eq!(said(few, few), "outliers: undecided");
        assert_eq!(said(none, none), "0 outliers");
        assert_eq!([cell(none), cell(few)], ["0", "undecided"]);
    }
}
