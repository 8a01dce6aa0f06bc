//! The count of outliers.

use hesscope_spectral::{
    OutlierOutcome, Outliers, SpectralError, UndecidedReason, outliers_of_sides,
};

use crate::candidates::{OutlierCandidates, RitzValues};
use crate::pairs::LeadingPairs;
use crate::properties::OperatorProperties;

/// The outliers at both ends, up to twice as many as there are classes, and the number of eigenvalues they were counted from.
///
/// # Errors
///
/// Those of [`outliers_of_sides`].
pub fn count_outliers<V>(
    leading: &LeadingPairs<V>,
    properties: &OperatorProperties,
    epsilon: f64,
) -> Result<(Outliers, usize), SpectralError> {
    let most = properties.outlier_options().needed();
    let positive_semidefinite = properties.positive_semidefinite;
    count(
        &OutlierCandidates::of(leading, positive_semidefinite, most, epsilon),
        properties,
    )
}

/// Whether the Ritz values of a Lanczos run count the outliers of both sides: whether more steps would not tell more.
pub(crate) fn are_settled(
    ritz: RitzValues<'_>,
    properties: &OperatorProperties,
    epsilon: f64,
) -> Result<bool, SpectralError> {
    let most = properties.outlier_options().needed();
    let positive_semidefinite = properties.positive_semidefinite;
    let candidates = OutlierCandidates::of_ritz_values(ritz, positive_semidefinite, most, epsilon);
    let (found, _) = count(&candidates, properties)?;
    let open = |outcome: OutlierOutcome| match outcome {
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed }) => {
            // Of a side that has no more there is nothing to be added.
            found < needed && needed == most
        }
        OutlierOutcome::Undecided(UndecidedReason::Unconverged { .. }) => true,
        _ => false,
    };
    Ok(!open(found.positive) && !open(found.negative))
}

fn count(
    candidates: &OutlierCandidates,
    properties: &OperatorProperties,
) -> Result<(Outliers, usize), SpectralError> {
    let OutlierCandidates {
        values,
        residuals,
        exhausted,
    } = candidates;
    let options = properties.outlier_options();
    let counted = outliers_of_sides(values, residuals, *exhausted, &options)?;
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
        OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed }) => {
            format!("{found} leading eigenvalues known, {needed} needed")
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
    use hesscope_spectral::OutlierOptions;

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
        let said = |positive, negative| outlier_words(&Outliers { positive, negative });
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
