//! Which eigenvalues the outliers are counted from, and the count in words.

use hesscope_spectral::{OutlierOutcome, UndecidedReason};

use crate::leading::Leading;

/// A Ritz value this uncertain, relative to itself, may hide others: the list ends before it.
const UNCERTAIN: f64 = 0.1;

/// A value this small, in units of the rounding of the largest, is not told from zero: the list of a
/// matrix of low rank ends before it.
const NOTHING: f64 = 100.0;

/// Leading eigenvalues with their error bars, largest modulus first, `most` at most: the pairs of the
/// subspace iteration, then, where Lanczos vectors were kept orthogonal, the Ritz values of the Lanczos run that follow
/// them, as far as they are converged and above rounding, of which `epsilon` is the unit.
///
/// Without reorthogonalisation Ritz values come in copies, which no rule on spacings survives.
pub fn candidates(
    found: &Leading,
    orthogonal: bool,
    most: usize,
    epsilon: f64,
) -> (Vec<f64>, Vec<f64>) {
    let mut values = found.top.pairs.values.clone();
    let mut residuals = found.top.pairs.residuals.clone();
    if !orthogonal {
        return (values, residuals);
    }
    let run = &found.run;
    let mut ritz: Vec<(f64, f64)> = run
        .ritz_values
        .iter()
        .copied()
        .zip(run.residual_bounds.iter().copied())
        .collect();
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
    (values, residuals)
}

/// A side's outcome in a few words.
pub fn words(outcome: &OutlierOutcome) -> String {
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
