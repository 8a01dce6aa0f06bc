//! The outlier counts in words.

use std::cmp::Ordering;

use hesscope_spectral::{OutlierOutcome, Outliers, UndecidedReason};

/// What is known of one side of zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// No eigenvalue among the leading ones lies on it.
    Empty,
    /// So many outliers.
    Count(usize),
    /// No count, and why.
    Undecided(UndecidedReason),
}

impl Side {
    /// Reads an outcome; a side without leading eigenvalues has nothing undecided about it.
    pub(crate) fn of(outcome: OutlierOutcome) -> Self {
        match outcome {
            OutlierOutcome::Decided(decided) => Self::Count(decided.count),
            OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: 0 }) => {
                Self::Empty
            }
            OutlierOutcome::Undecided(reason) => Self::Undecided(reason),
        }
    }

    /// The count, where there is one.
    pub(crate) fn known(self) -> Option<usize> {
        match self {
            Self::Empty => Some(0),
            Self::Count(count) => Some(count),
            Self::Undecided(_) => None,
        }
    }

    /// A cell of a table.
    pub(crate) fn cell(self) -> String {
        match self {
            Self::Empty => "none".to_owned(),
            Self::Count(count) => count.to_string(),
            Self::Undecided(_) => "undecided".to_owned(),
        }
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

/// `no outliers`, `1 outlier`, `10 outliers`.
fn counted(count: usize) -> String {
    match count {
        0 => "no outliers".to_owned(),
        1 => "1 outlier".to_owned(),
        many => format!("{many} outliers"),
    }
}

/// The counts of both sides, a few words.
pub(crate) fn verdict(outliers: &Outliers) -> String {
    let (positive, negative) = (Side::of(outliers.positive), Side::of(outliers.negative));
    match (positive.known(), negative.known()) {
        (Some(above), Some(0)) => counted(above),
        (Some(0), Some(below)) => format!("{} below zero", counted(below)),
        (Some(above), Some(below)) => format!(
            "{} ({above} above zero, {below} below)",
            counted(above + below)
        ),
        (Some(above), None) => format!("{} above zero, undecided below", counted(above)),
        (None, Some(0)) => "outliers undecided".to_owned(),
        (None, Some(below)) => format!("{} below zero, undecided above", counted(below)),
        (None, None) => "outliers undecided".to_owned(),
    }
}

/// The outliers of the sides that have a count.
pub(crate) fn known_count(outliers: &Outliers) -> usize {
    [outliers.positive, outliers.negative]
        .into_iter()
        .filter_map(|outcome| Side::of(outcome).known())
        .sum()
}

/// The reasons of the undecided sides, a clause each.
pub(crate) fn reasons(outliers: &Outliers) -> Vec<String> {
    [
        ("above zero", outliers.positive),
        ("below zero", outliers.negative),
    ]
    .into_iter()
    .filter_map(|(side, outcome)| match Side::of(outcome) {
        Side::Undecided(reason) => Some(because(side, reason)),
        _ => None,
    })
    .collect()
}

/// Why there is no count.
fn because(side: &str, reason: UndecidedReason) -> String {
    match reason {
        UndecidedReason::TooFewEigenvalues { found } => {
            let lie = if found == 1 {
                "eigenvalue lies"
            } else {
                "eigenvalues lie"
            };
            format!("only {found} usable leading {lie} {side}, and the rule needs eight")
        }
        UndecidedReason::RepeatedEigenvalues => {
            format!("{side} eigenvalues repeat, so that the rule's spacings mean nothing")
        }
        UndecidedReason::Unconverged { candidate } => format!(
            "{side} there are {} for the values as they stand, but not within their residuals",
            counted(candidate)
        ),
    }
}

/// An operator's name as it is printed.
pub(crate) fn operator_name(operator: &str) -> String {
    match operator {
        "hess" => "Hess".to_owned(),
        other => other.to_uppercase(),
    }
}

/// A split as it is printed.
pub(crate) fn split_name(split: &str) -> &str {
    match split {
        "train" => "training",
        other => other,
    }
}

/// With its first letter large.
pub(crate) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// The order in which operators are shown.
pub(crate) fn operator_rank(operator: &str) -> usize {
    ["hess", "g", "h", "a1", "a2", "a1+a2", "b1", "b2"]
        .iter()
        .position(|&known| known == operator)
        .unwrap_or(usize::MAX)
}

/// Whether an operator is G or made of its parts, and so without eigenvalues below zero but by rounding.
pub(crate) fn is_psd(operator: &str) -> bool {
    operator
        .split(['+', '-'])
        .all(|part| ["g", "a1", "a2", "b1", "b2"].contains(&part) || part.starts_with("b2["))
}
