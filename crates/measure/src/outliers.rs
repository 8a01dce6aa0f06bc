//! Which eigenvalues the outliers are counted from, and the count.

use hesscope_spectral::{
    OutlierOptions, OutlierOutcome, Outliers, SpectralError, UndecidedReason, outliers,
};

use crate::leading::LeadingPairs;
use crate::properties::OperatorProperties;

/// A Ritz value this uncertain, relative to itself, may hide others: the list ends before it.
const UNCERTAIN: f64 = 0.1;

/// A value this small, in units of the rounding of the largest, is not told from zero: the list of a
/// matrix of low rank ends before it.
const NOTHING: f64 = 100.0;

/// Leading eigenvalues with their error bars, largest modulus first, that outliers are counted from.
#[derive(Clone, Debug, PartialEq)]
pub struct OutlierCandidates {
    /// The eigenvalues.
    pub values: Vec<f64>,
    /// Their residuals.
    pub residuals: Vec<f64>,
}

impl OutlierCandidates {
    /// The leading pairs, then, where Lanczos vectors were kept orthogonal, the Ritz values of the Lanczos run that follow
    /// them, as far as they are converged and above rounding, of which `epsilon` is the unit: `most` together, at most.
    ///
    /// Without reorthogonalisation Ritz values come in copies, which no rule on spacings survives.
    pub fn of<V>(leading: &LeadingPairs<V>, most: usize, epsilon: f64) -> Self {
        let mut values = leading.pairs.values.clone();
        let mut residuals = leading.pairs.residuals.clone();
        let mut ritz = leading.ritz_values.clone();
        ritz.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let largest = values.iter().fold(0.0f64, |m, value| m.max(value.abs()));
        let nothing = NOTHING * epsilon * largest;
        for (value, residual) in ritz.into_iter().skip(values.len()) {
            let unclear = residual > UNCERTAIN * value.abs() || value.abs() <= nothing;
            if values.len() >= most || unclear {
                break;
            }
            values.push(value);
            residuals.push(residual);
        }
        OutlierCandidates { values, residuals }
    }
}

/// The outliers at both ends, and the number of eigenvalues they were counted from.
///
/// # Errors
///
/// Those of [`outliers`].
pub fn count_outliers<V>(
    leading: &LeadingPairs<V>,
    properties: &OperatorProperties,
    epsilon: f64,
) -> Result<(Outliers, usize), SpectralError> {
    let candidates = OutlierCandidates::of(leading, properties.most_candidates(), epsilon);
    let OutlierCandidates { values, residuals } = &candidates;
    let counted = outliers(values, residuals, &OutlierOptions::default())?;
    Ok((counted, values.len()))
}

/// Both counts in a few words: `10 positive outliers, 0 negative outliers`. A side without a count is named with the reason:
/// `10 positive outliers; negative: undecided (repeated eigenvalues)`.
pub fn outlier_words(outliers: &Outliers) -> String {
    let [above, below] = [
        ("positive", &outliers.positive),
        ("negative", &outliers.negative),
    ]
    .map(|(side, outcome)| match outcome.number() {
        Some(1) => Ok(format!("1 {side} outlier")),
        Some(count) => Ok(format!("{count} {side} outliers")),
        None => Err(format!("{side}: undecided ({})", reason(outcome))),
    });
    let separator = if above.is_ok() && below.is_ok() {
        ", "
    } else {
        "; "
    };
    [above, below]
        .map(|side| side.unwrap_or_else(|undecided| undecided))
        .join(separator)
}

/// Why a side has no count.
fn reason(outcome: &OutlierOutcome) -> String {
    match outcome {
        OutlierOutcome::Decided(_) => String::new(),
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found }) => {
            format!("too few leading eigenvalues: {found}")
        }
        OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues) => {
            "repeated eigenvalues".into()
        }
        OutlierOutcome::Undecided(UndecidedReason::Unconverged { candidate }) => {
            format!("perhaps {candidate}, within error bars")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_named_beside_its_count() {
        let none = OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: 0 });
        let few = OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: 3 });
        let said = |positive, negative| outlier_words(&Outliers { positive, negative });
        assert_eq!(said(none, none), "0 positive outliers, 0 negative outliers");
        assert_eq!(
            said(none, few),
            "0 positive outliers; negative: undecided (too few leading eigenvalues: 3)"
        );
        assert_eq!(
            said(few, none),
            "positive: undecided (too few leading eigenvalues: 3); 0 negative outliers"
        );
    }
}
