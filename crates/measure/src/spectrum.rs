//! The whole spectrum of an operator.

use hesscope_records::{Effort, Spectrum, TopEigenvalues};
use hesscope_spectral::{Keeper, LinearOperator, SpectralError, VectorOf, VectorSpace};

use crate::density::density;
use crate::laws::laws;
use crate::leading::leading_pairs;
use crate::observer::Observer;
use crate::outliers::count_outliers;
use crate::pairs::LeadingPairs;
use crate::properties::OperatorProperties;

/// Measures the spectrum of an operator: [`leading_pairs`], then [`spectrum_from`] them.
///
/// `vectors` is how many vectors the memory holds; it bounds a density whose error is asked for.
///
/// # Errors
///
/// Options out of range, what the operator fails with, and snapshots that cannot be read or written.
pub fn spectrum<O, K>(
    operator: &O,
    properties: &OperatorProperties,
    effort: &Effort,
    vectors: usize,
    keeper: &mut K,
    observer: &dyn Observer,
) -> Result<Spectrum, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let leading = leading_pairs(operator, properties, &effort.leading, keeper, observer)?;
    spectrum_from(
        &leading, operator, properties, effort, vectors, keeper, observer,
    )
}

/// Measures the spectrum of an operator whose leading pairs have been found: the density with those that stand apart as
/// atoms, the laws of the rest, and the outliers.
///
/// # Errors
///
/// As [`spectrum`].
pub fn spectrum_from<O, K>(
    leading: &LeadingPairs<VectorOf<O>>,
    operator: &O,
    properties: &OperatorProperties,
    effort: &Effort,
    vectors: usize,
    keeper: &mut K,
    observer: &dyn Observer,
) -> Result<Spectrum, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let epsilon = operator.space().epsilon();
    let measured = density(operator, leading, effort, vectors, keeper, observer)?;
    let laws = laws(
        &measured.density,
        properties.positive_semidefinite,
        epsilon,
        effort.leading.seed,
    )?;
    let (outliers, outlier_candidates) = count_outliers(leading, properties, epsilon)?;
    Ok(Spectrum {
        dimension: operator.space().dim(),
        range: leading.range,
        top: TopEigenvalues {
            values: leading.pairs.values.clone(),
            residuals: leading.pairs.residuals.clone(),
            converged: leading.converged.clone(),
            iterations: leading.iterations,
        },
        density: measured.density,
        automatic: measured.automatic,
        laws,
        outliers,
        outlier_candidates,
        products: measured.products + leading.products,
    })
}
