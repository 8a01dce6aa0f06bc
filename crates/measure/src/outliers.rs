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

/// A side's outcome in a few words.
pub fn outlier_words(outcome: &OutlierOutcome) -> String {
    match outcome {
        OutlierOutcome::Decided(count) => count.count.to_string(),
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found: 0 }) => "none".into(),
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found }) => {
            format!("undecided (too few leading eigenvalues: {found})")
        }
        OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues) => {
            "undecided (repeated eigenvalues)".into()
        }
        OutlierOutcome::Undecided(UndecidedReason::Unconverged { candidate }) => {
            format!("undecided (perhaps {candidate}, within error bars)")
        }
    }
}
