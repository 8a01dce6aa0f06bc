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
