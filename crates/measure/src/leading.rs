//! The leading eigenpairs of an operator: a Lanczos run, and a subspace iteration that starts from it.

use hesscope_records::LeadingEffort;
use hesscope_spectral::{
    Breakdown, Eigenpairs, Estimation, Keeper, LanczosEstimation, LanczosOptions, LanczosRun,
    LinearOperator, ProbeKind, Probes, Reorthogonalisation, SpectralError, SpectralRange,
    SubspaceEstimation, SubspaceOptions, SubspaceResult, VectorOf, VectorSpace,
};

use crate::guards::GUARDS;
use crate::observed::ObservedOperator;
use crate::observer::Observer;

/// Keeps the leading run's start apart from the probes of the density.
const LEADING_STREAM: u64 = 0x6c65_6164_696e_6721;

/// The margin of the range on each side, relative to its width.
const MARGIN: f64 = 0.05;

/// The leading eigenpairs by modulus, and what was learnt of the rest of the spectrum on the way.
#[derive(Clone, Debug)]
pub struct LeadingPairs<V> {
    /// The pairs, largest modulus first.
    pub pairs: Eigenpairs<V>,
    /// Whether each met the tolerance.
    pub converged: Vec<bool>,
    /// Iterations of the subspace iteration.
    pub iterations: usize,
    /// An upper bound of the modulus of all other eigenvalues, as far as is known: that of the next Ritz value and its
    /// residual.
    pub next: f64,
    /// An interval that holds the spectrum.
    pub range: SpectralRange,
    /// All Ritz values of the Lanczos run, ascending, with their residual bounds; none without reorthogonalisation, where
    /// they come in copies.
    pub ritz_values: Vec<(f64, f64)>,
    /// Products with one vector that were formed, over all processes that had a part in it.
    pub products: usize,
}

/// What a breakdown of the Lanczos recursion does: with full reorthogonalisation it goes on from a new start.
pub(crate) fn breakdown(reorthogonalisation: Reorthogonalisation) -> Breakdown {
    match reorthogonalisation {
        Reorthogonalisation::Full => Breakdown::Restart,
        Reorthogonalisation::None | Reorthogonalisation::Selective => Breakdown::Stop,
    }
}

/// Products with one vector that [`leading_pairs`] takes, about.
pub fn expected_products(effort: &LeadingEffort) -> usize {
    effort.range_steps + 2 * (effort.top + GUARDS)
}

/// Finds the leading pairs by modulus, from where the keeper has them: snapshots `lanczos` and `subspace`.
///
/// # Errors
///
/// Options out of range, what the operator fails with, and snapshots that cannot be read or written.
pub fn leading_pairs<O, K>(
    operator: &O,
    effort: &LeadingEffort,
    keeper: &mut K,
    observer: &dyn Observer,
) -> Result<LeadingPairs<VectorOf<O>>, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    observer.begin("leading eigenpairs", expected_products(effort));
    let operator = &ObservedOperator::new(operator, observer);
    // Kept Lanczos vectors are orthogonal, so that Ritz values come without copies and with vectors.
    let orthogonal = effort.reorthogonalisation != Reorthogonalisation::None;
    let options = LanczosOptions {
        steps: effort.range_steps,
        reorthogonalisation: effort.reorthogonalisation,
        breakdown: breakdown(effort.reorthogonalisation),
        keep_basis: orthogonal,
        seed: effort.seed,
    };
    let start =
        Probes::new(ProbeKind::Gaussian, effort.seed ^ LEADING_STREAM).vector(operator.space(), 0);
    let lanczos = LanczosEstimation::begin(operator, &[start], &options)?;
    let mut run = lanczos.run_kept(operator, "lanczos", keeper)?.remove(0);
    let warm = if orthogonal {
        leading_ritz_vectors(operator.space(), &run, effort.top + GUARDS)?
    } else {
        Vec::new()
    };
    // Its vectors are no longer needed, and are most of the memory.
    run.basis = None;
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
    let ritz = run.ritz_values.iter().zip(&run.residual_bounds);
    Ok(LeadingPairs {
        next: next(&found),
        range: SpectralRange::of_run(&run, MARGIN),
        ritz_values: if orthogonal {
            ritz.map(|(&value, &residual)| (value, residual)).collect()
        } else {
            Vec::new()
        },
        products: run.alpha.len() + found.iterations * block,
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
