//! The leading eigenpairs of an operator: a Lanczos run, and a subspace iteration that starts from it.

use hesscope_records::LeadingEffort;
use hesscope_spectral::{
    Estimation, Keeper, LanczosRun, LinearOperator, Reorthogonalisation, SpectralError,
    SpectralRange, SubspaceEstimation, SubspaceOptions, SubspaceResult, VectorOf, VectorSpace,
};

use crate::growing_run::lanczos_runs;
use crate::guards::GUARDS;
use crate::observed::ObservedOperator;
use crate::observer::Observer;
use crate::pairs::LeadingPairs;
use crate::properties::OperatorProperties;

/// The margin of the range on each side, relative to its width.
const MARGIN: f64 = 0.05;

/// Products with one vector that [`leading_pairs`] takes, about, where the outliers can be counted after the first steps.
pub fn expected_products(effort: &LeadingEffort) -> usize {
    effort.starts * effort.range_steps + 2 * (effort.top + GUARDS)
}

/// Finds the leading pairs by modulus, from where the keeper has them: snapshots `lanczos` and `subspace`.
///
/// While the Ritz values of the Lanczos run are too few to count the outliers of both sides, and with Lanczos vectors kept
/// orthogonal, a quarter more steps are made, up to the effort's most. The properties say how many are needed.
///
/// # Errors
///
/// Options out of range, what the operator fails with, and snapshots that cannot be read or written.
pub fn leading_pairs<O, K>(
    operator: &O,
    properties: &OperatorProperties,
    effort: &LeadingEffort,
    keeper: &mut K,
    observer: &dyn Observer,
) -> Result<LeadingPairs<VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let products = expected_products(effort);
    let operator = &ObservedOperator::begin(operator, observer, "leading eigenpairs", products);
    // Kept Lanczos vectors are orthogonal, so that Ritz values come without copies and with vectors.
    let orthogonal = effort.reorthogonalisation != Reorthogonalisation::None;
    let mut runs = lanczos_runs(operator, properties, effort, keeper)?;
    let warm = if orthogonal {
        leading_ritz_vectors(operator.space(), &runs[0], effort.top + GUARDS)?
    } else {
        Vec::new()
    };
    // Their vectors are no longer needed, and are most of the memory.
    for run in &mut runs {
        run.basis = None;
    }
    let run = &runs[0];
    let options = SubspaceOptions {
        pairs: effort.top,
        oversampling: GUARDS,
        max_iterations: effort.subspace_iterations,
        tolerance: effort.subspace_tolerance,
        seed: effort.seed,
    };
    let subspace = SubspaceEstimation::begin(operator, &options, Some(&warm))?;
    let found = subspace.run_kept(operator, "subspace", keeper)?;
    let block = found.pairs.values.len() + found.guard_values.len();
    Ok(LeadingPairs {
        next: next(&found),
        range: SpectralRange::of_run(run, MARGIN),
        ritz: if orthogonal {
            runs.iter().map(LanczosRun::ritz).collect()
        } else {
            Vec::new()
        },
        complete: run.complete && orthogonal,
        products: runs.iter().map(|run| run.alpha.len()).sum::<usize>() + found.iterations * block,
        pairs: found.pairs,
        converged: found.pair_converged,
        iterations: found.iterations,
    })
}

/// What is known of the eigenvalues not among the pairs: the greatest modulus of the guards, or where there are none the
/// least of the pairs, residual included.
fn next<V>(found: &SubspaceResult<V>) -> f64 {
    let bound = |values: &[f64], residuals: &[f64]| -> Vec<f64> {
        let both = values.iter().zip(residuals);
        both.map(|(value, residual)| value.abs() + residual)
            .collect()
    };
    let guards = bound(&found.guard_values, &found.guard_residuals);
    let pairs = &found.pairs;
    guards.into_iter().reduce(f64::max).unwrap_or_else(|| {
        bound(&pairs.values, &pairs.residuals)
            .into_iter()
            .fold(f64::INFINITY, f64::min)
    })
}

/// Ritz vectors of the values of largest modulus, to start the subspace iteration from.
fn leading_ritz_vectors<S: VectorSpace>(
    space: &S,
    run: &LanczosRun<S::Vector>,
    count: usize,
) -> Result<Vec<S::Vector>, SpectralError> {
    let mut order: Vec<usize> = (0..run.ritz_values.len()).collect();
    order.sort_by(|&a, &b| {
        run.ritz_values[b]
            .abs()
            .total_cmp(&run.ritz_values[a].abs())
    });
    order.truncate(count);
    run.ritz_vectors(space, &order)
}
