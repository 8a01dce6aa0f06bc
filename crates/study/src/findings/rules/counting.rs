//! Counts of outliers, and of eigenvalues above a value.

use hesscope_records::{LeadingEigenvalues, Number};
use hesscope_spectral::{OutlierCount, OutlierOutcome, UndecidedReason};

use crate::findings::condition::number;

/// Why there are no outliers to speak of, or their number and the value that they lie above.
pub fn some_outliers(leading: &LeadingEigenvalues, name: &str) -> Result<(usize, f64), String> {
    match leading.outliers.positive {
        OutlierOutcome::Decided(OutlierCount {
            count,
            threshold: Some(threshold),
            ..
        }) if count > 0 => Ok((count, threshold)),
        OutlierOutcome::Decided(_) => Err(format!(
            "{name} has no outliers above zero by the rule, so that there is nothing to attribute"
        )),
        OutlierOutcome::Undecided(reason) => Err(why(name, reason)),
    }
}

/// Why outliers are not counted.
pub fn why(name: &str, reason: UndecidedReason) -> String {
    match reason {
        UndecidedReason::TooFewEigenvalues { found, needed } => format!(
            "{found} leading eigenvalues of {name} are known on one side, and the count of outliers needs {needed}: give more \
             --range-steps"
        ),
        UndecidedReason::RepeatedEigenvalues => {
            format!("eigenvalues of {name} repeat, so that its outliers cannot be counted")
        }
        UndecidedReason::Unconverged { .. } => format!(
            "the residuals of {name} are too large for its outliers to be counted: give more --range-steps"
        ),
    }
}

/// How many of the eigenvalues lie above a positive value; no upper end where some may be missing there.
pub fn above(leading: &LeadingEigenvalues, threshold: f64, what: String) -> Number {
    let pairs = || leading.values.iter().zip(&leading.residuals);
    let count = |reach: f64| {
        pairs()
            .filter(|(value, residual)| *value + reach * *residual > threshold)
            .count() as f64
    };
    // They come by modulus: once one is no larger than the threshold, none behind it is.
    let complete = pairs()
        .next_back()
        .is_some_and(|(value, residual)| value.abs() + residual <= threshold);
    let most = if complete { count(1.0) } else { f64::INFINITY };
    number(what, count(0.0), [count(-1.0), most])
}

/// How many exact eigenvalues lie above a value.
pub fn exactly_above(values: &[f64], threshold: f64) -> f64 {
    values.iter().filter(|value| **value > threshold).count() as f64
}
