//! The outlier counts in words.

use std::fmt;

use super::outliers::{OutlierOutcome, Outliers, UndecidedReason};

/// Both counts in a few words: `10 positive outliers, 0 negative outliers`. A side without a count is named with the reason:
/// `10 positive outliers; negative: undecided (repeated eigenvalues)`.
impl fmt::Display for Outliers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: &str, outcome: OutlierOutcome| match (outcome.number(), outcome) {
            (Some(1), _) => format!("1 {side} outlier"),
            (Some(count), _) => format!("{count} {side} outliers"),
            (None, OutlierOutcome::Undecided(reason)) => {
                format!("{side}: undecided ({})", short(reason))
            }
            (None, OutlierOutcome::Decided(_)) => format!("{side}: undecided"),
        };
        let counted = self.positive.number().is_some() && self.negative.number().is_some();
        let separator = if counted { ", " } else { "; " };
        let (above, below) = (
            side("positive", self.positive),
            side("negative", self.negative),
        );
        write!(f, "{above}{separator}{below}")
    }
}

/// Why a side has no count.
fn short(reason: UndecidedReason) -> String {
    match reason {
        UndecidedReason::TooFewEigenvalues { found, needed } => {
            format!("{found} leading eigenvalues known, {needed} needed")
        }
        UndecidedReason::RepeatedEigenvalues => "repeated eigenvalues".into(),
        UndecidedReason::Unconverged { candidate } => {
            format!("perhaps {candidate}, within error bars")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eigen::outliers::{OutlierOptions, outliers_of_sides};

    #[test]
    fn each_side_is_named_beside_its_count() {
        let undecided = |found| {
            let needed = 33;
            OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed })
        };
        let few = undecided(3);
        let exhausted = [true, true];
        let options = OutlierOptions::default();
        let none = outliers_of_sides(&[], &[], exhausted, &options);
        let none = none.expect("no eigenvalues").positive;
        let said = |positive, negative| Outliers { positive, negative }.to_string();
        assert_eq!(said(none, none), "0 positive outliers, 0 negative outliers");
        assert_eq!(
            said(none, few),
            "0 positive outliers; negative: undecided (3 leading eigenvalues known, 33 needed)"
        );
        assert_eq!(
            said(few, none),
            "positive: undecided (3 leading eigenvalues known, 33 needed); 0 negative outliers"
        );
    }
}
