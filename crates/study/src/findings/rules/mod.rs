//! The findings of the papers, each with the rule that judges it.
//!
//! A rule is a list of conditions, quantities held against bounds with their error bars. A finding is confirmed where every
//! condition holds for all of its error bar, not confirmed where one fails for all of it, and undecided otherwise, or
//! where something that the rule speaks of is not there. Bounds were fixed before any network was judged; a change of them
//! is a new [`VERSION`].

mod bulk;
mod law;
mod outliers;
mod parts;

#[cfg(test)]
mod tests;

use hesscope_report::schema::{Finding, Leading, Measured, Number};
use hesscope_spectral::{OutlierCount, OutlierOutcome, UndecidedReason};

use super::condition::number;

/// The version of the rules.
pub const VERSION: u32 = 1;

/// The confidence level of every interval.
pub const LEVEL: f64 = 0.95;

/// Two subspaces are taken for the same where the mean squared cosine of their angles is at least this.
const SAME_SPACE: f64 = 0.9;

/// More than half is most.
const HALF: f64 = 0.5;

/// Every finding, in the order of the papers.
pub fn findings(measured: &Measured) -> Vec<Finding> {
    vec![
        outliers::count(measured),
        outliers::of_g(measured),
        outliers::not_of_h(measured),
        bulk::energy(measured),
        bulk::negative(measured),
        bulk::tail(measured),
        parts::outliers_of_a1(measured),
        parts::two_bulks(measured),
        law::of_h(measured),
    ]
}

/// The outliers above zero, where they are counted.
fn counted(leading: &Leading) -> Option<OutlierCount> {
    match leading.outliers?.positive {
        OutlierOutcome::Decided(count) => Some(count),
        OutlierOutcome::Undecided(_) => None,
    }
}

/// Why there are no outliers to speak of, or their number and the value that they lie above.
fn some_outliers(leading: &Leading, name: &str) -> Result<(usize, f64), String> {
    let Some(outliers) = leading.outliers else {
        return Err(format!("the outliers of {name} were not counted"));
    };
    match outliers.positive {
        OutlierOutcome::Decided(OutlierCount {
            count,
            threshold: Some(threshold),
            ..
        }) if count > 0 => Ok((count, threshold)),
        OutlierOutcome::Decided(_) => Err(format!(
            "{name} has no outliers above zero by the rule, so that there is nothing to attribute"
        )),
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found }) => Err(format!(
            "{name} has {found} usable leading eigenvalues above zero, and the rule of the outliers needs eight"
        )),
        OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues) => Err(format!(
            "eigenvalues of {name} repeat, so that its outliers cannot be counted"
        )),
        OutlierOutcome::Undecided(UndecidedReason::Unconverged { .. }) => Err(format!(
            "the residuals of {name} are too large for its outliers to be counted: give more --range-steps"
        )),
    }
}

/// How many of the eigenvalues lie above a positive value; no upper end where some may be missing there.
fn above(leading: &Leading, threshold: f64, what: String) -> Number {
    let pairs = || leading.values.iter().zip(&leading.residuals);
    let count = |reach: f64| {
        pairs()
            .filter(|(value, residual)| *value + reach * *residual > threshold)
            .count() as f64
    };
    // They come by modulus: once one is no larger than the threshold, none behind it is.
    let complete = leading.all
        || pairs()
            .next_back()
            .is_some_and(|(value, residual)| value.abs() + residual <= threshold);
    let most = if complete { count(1.0) } else { f64::INFINITY };
    number(what, count(0.0), [count(-1.0), most])
}
