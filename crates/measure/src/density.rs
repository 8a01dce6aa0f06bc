//! The density of an operator without its outliers.

use hesscope_records::{AutomaticRecord, Effort};
use hesscope_spectral::{
    AutomaticEstimation, AutomaticLimit, AutomaticOptions, AutomaticOutcome, Deflated, Eigenpairs,
    Estimation, Keeper, LinearOperator, ProbeKind, SlqEstimation, SlqOptions, SpectralDensity,
    SpectralError, VectorOf, VectorSpace, apart,
};

use crate::from_leading::from_leading;
use crate::observed::ObservedOperator;
use crate::observer::Observer;
use crate::pairs::LeadingPairs;
use crate::recursion::{breakdown, probes_together};

/// The name of the density's snapshots.
const NAME: &str = "density";

/// A density and what it took.
#[derive(Clone, Debug)]
pub struct MeasuredDensity {
    /// The density, atoms included.
    pub density: SpectralDensity,
    /// Of a density whose error was asked for, how that came out.
    pub automatic: Option<AutomaticRecord>,
    /// Products with one vector.
    pub products: usize,
}

/// Measures the density, with those of the leading pairs as atoms that have converged and stand apart, from the snapshot
/// `density` where the keeper has one.
///
/// Where the effort says so and its Lanczos vectors were kept orthogonal, the quadratures are those of the Lanczos run of the
/// leading pairs, and no product is formed.
///
/// `vectors` is how many the memory holds: as many probes go together as they allow.
///
/// # Errors
///
/// Options out of range, what the operator fails with, and snapshots that cannot be read or written.
pub fn density<O, K>(
    operator: &O,
    leading: &LeadingPairs<VectorOf<O>>,
    effort: &Effort,
    vectors: usize,
    keeper: &mut K,
    observer: &dyn Observer,
) -> Result<MeasuredDensity, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let pairs = &leading.pairs;
    let atoms = match effort.atom_fraction {
        Some(fraction) => {
            let next = leading.next;
            apart(pairs, [-next, next], fraction)?.of(pairs)
        }
        None => pairs.clone(),
    };
    if effort.from_leading && effort.density_error.is_none() && !leading.ritz.is_empty() {
        return Ok(MeasuredDensity {
            density: from_leading(leading, &atoms, operator.space()),
            automatic: None,
            products: 0,
        });
    }
    let rest = operator.space().dim().saturating_sub(atoms.values.len());
    let steps = effort.lanczos_steps.min(rest);
    let products = (effort.probes * steps).max(1);
    let operator = &ObservedOperator::begin(operator, observer, "density", products);
    match effort.density_error {
        None => of_fixed_size(operator, &atoms, effort, vectors, keeper),
        Some(error) => to_error(operator, &atoms, effort, error, vectors, keeper, observer),
    }
}

/// So many probes of so many steps, the first of which may have been made.
fn of_fixed_size<O, K>(
    operator: &O,
    atoms: &Eigenpairs<VectorOf<O>>,
    effort: &Effort,
    vectors: usize,
    keeper: &mut K,
) -> Result<MeasuredDensity, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let reorthogonalisation = effort.leading.reorthogonalisation;
    let options = SlqOptions {
        probes: effort.probes,
        steps: effort.lanczos_steps,
        kind: ProbeKind::Gaussian,
        seed: effort.leading.seed,
        reorthogonalisation,
        breakdown: breakdown(reorthogonalisation),
        block_size: probes_together(reorthogonalisation, effort.lanczos_steps, vectors),
    };
    let deflated = Deflated::new(operator, atoms)?;
    let rest = SlqEstimation::begin(&deflated, &options)?.run_kept(&deflated, NAME, keeper)?;
    let density = rest.with_atoms(operator.space().dim(), atoms)?;
    let steps = density
        .quadratures
        .iter()
        .map(|quadrature| quadrature.nodes.len());
    Ok(MeasuredDensity {
        products: steps.sum(),
        automatic: None,
        density,
    })
}

/// As many probes and steps as the error needs.
fn to_error<O, K>(
    operator: &O,
    atoms: &Eigenpairs<VectorOf<O>>,
    effort: &Effort,
    error: f64,
    vectors: usize,
    keeper: &mut K,
    observer: &dyn Observer,
) -> Result<MeasuredDensity, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let options = AutomaticOptions {
        tolerance: error,
        first_probes: effort.probes.max(2),
        first_steps: effort.lanczos_steps.max(4),
        max_products: effort.max_products.unwrap_or(usize::MAX),
        max_vectors: vectors / 2,
        kind: ProbeKind::Gaussian,
        seed: effort.leading.seed,
        reorthogonalisation: effort.leading.reorthogonalisation,
        breakdown: breakdown(effort.leading.reorthogonalisation),
        ..AutomaticOptions::default()
    };
    let deflated = Deflated::new(operator, atoms)?;
    let estimation = AutomaticEstimation::begin(&deflated, &options)?;
    let found = estimation.run_told(&deflated, NAME, keeper, |now| {
        observer.note(&format!(
            "{} probes of {} steps: error {:.2e} (probes {:.2e}, steps {:.2e}) of {error:.2e} asked for",
            now.probes,
            now.steps,
            now.error(),
            now.sampling,
            now.truncation,
        ));
    })?;
    let reached = found.assessments.last();
    if let AutomaticOutcome::NotMet(limit) = found.outcome {
        observer.note(&format!(
            "note: the error of the density is {:.2e}, and {error:.2e} was asked for: {}",
            reached.map_or(f64::NAN, |last| last.error()),
            reason(limit)
        ));
    }
    Ok(MeasuredDensity {
        products: reached.map_or(0, |last| last.products),
        density: found.density.with_atoms(operator.space().dim(), atoms)?,
        automatic: Some(AutomaticRecord {
            outcome: found.outcome,
            assessments: found.assessments,
        }),
    })
}

/// What kept the error from being met, and what would help.
fn reason(limit: AutomaticLimit) -> &'static str {
    match limit {
        AutomaticLimit::Probes => "more probes than are ever taken would be needed; ask for less",
        AutomaticLimit::Steps => "more steps than are ever taken would be needed; ask for less",
        AutomaticLimit::Products => "it would take more products; allow them with `max_products`",
        AutomaticLimit::Vectors => {
            "the vectors do not fit the memory; give more, or choose the reorthogonalisation `none`"
        }
        AutomaticLimit::Resolution => "errors as small are not told from zero; ask for less",
    }
}
