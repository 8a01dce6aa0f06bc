//! The density of an operator without its outliers, and the laws it follows.

use hesscope_hvp::{Array, ParameterSpace, Part, Terms};
use hesscope_report::schema::{AnalysisSettings, AutomaticRecord};
use hesscope_spectral::{
    AutomaticLimit, AutomaticOptions, AutomaticOutcome, Deflated, Eigenpairs, ErrorMeasure,
    LawAnalysis, LawOptions, LinearOperator, ProbeKind, Region, Side, SlqOptions, SpectralDensity,
    SpectralError, VectorSpace, apart, automatic_density, deflated_density_kept, fit_laws,
    noise_floor,
};

use crate::failure::Failure;
use crate::leading::{Effort, Leading};
use crate::partial::Partial;

/// The name of the density's snapshots.
const NAME: &str = "density";

/// A density and what it took.
pub struct Measured {
    pub density: SpectralDensity,
    /// Of a density whose error was asked for, how that came out.
    pub automatic: Option<AutomaticRecord>,
    /// Products with one vector.
    pub products: usize,
}

/// Measures the density, with those of the leading pairs as atoms that have converged and stand apart.
///
/// `vectors` is how many the memory holds.
pub fn measure<O>(
    operator: &O,
    found: &Leading,
    effort: &Effort,
    settings: &AnalysisSettings,
    vectors: usize,
    partial: &mut Partial,
) -> Result<Measured, Failure>
where
    O: LinearOperator<Space = ParameterSpace>,
{
    let pairs = &found.top.pairs;
    let atoms = match settings.atom_fraction {
        Some(fraction) => {
            let next = found.next();
            apart(pairs, [-next, next], fraction)?.of(pairs)
        }
        None => pairs.clone(),
    };
    let result = match settings.density_error {
        None => fixed(operator, &atoms, effort, settings, partial),
        Some(error) => until(operator, &atoms, effort, settings, error, vectors, partial),
    };
    result.map_err(|error| partial.explain(error))
}

/// So many probes of so many steps.
fn fixed<O>(
    operator: &O,
    atoms: &Eigenpairs<Array>,
    effort: &Effort,
    settings: &AnalysisSettings,
    partial: &mut Partial,
) -> Result<Measured, SpectralError>
where
    O: LinearOperator<Space = ParameterSpace>,
{
    let options = SlqOptions {
        probes: settings.probes,
        steps: settings.lanczos_steps,
        kind: ProbeKind::Gaussian,
        seed: settings.seed,
        reorthogonalisation: effort.reorthogonalisation,
        breakdown: effort.breakdown(),
        block_size: 0,
    };
    let density = deflated_density_kept(operator, atoms, &options, NAME, &mut partial.keeper)?;
    let steps = density
        .quadratures
        .iter()
        .map(|quadrature| quadrature.nodes.len());
    Ok(Measured {
        products: steps.sum(),
        automatic: None,
        density,
    })
}

/// As many as the error needs.
fn until<O>(
    operator: &O,
    atoms: &Eigenpairs<Array>,
    effort: &Effort,
    settings: &AnalysisSettings,
    error: f64,
    vectors: usize,
    partial: &mut Partial,
) -> Result<Measured, SpectralError>
where
    O: LinearOperator<Space = ParameterSpace>,
{
    let options = AutomaticOptions {
        measure: ErrorMeasure::Wasserstein,
        tolerance: error,
        first_probes: settings.probes.max(2),
        first_steps: settings.lanczos_steps.max(4),
        max_products: settings.max_products.unwrap_or(usize::MAX),
        max_vectors: vectors / 2,
        kind: ProbeKind::Gaussian,
        seed: settings.seed,
        reorthogonalisation: effort.reorthogonalisation,
        breakdown: effort.breakdown(),
        ..AutomaticOptions::default()
    };
    let found = automatic_density(
        &Deflated::new(operator, atoms)?,
        &options,
        NAME,
        &mut partial.keeper,
        |now| {
            eprintln!(
                "{} probes of {} steps: error {:.2e} (probes {:.2e}, steps {:.2e}) of {error:.2e} asked for",
                now.probes,
                now.steps,
                now.error(),
                now.sampling,
                now.truncation,
            );
        },
    )?;
    let reached = found.assessments.last();
    if let AutomaticOutcome::NotMet(limit) = found.outcome {
        eprintln!(
            "note: the error of the density is {:.2e}, and {error:.2e} was asked for: {}",
            reached.map_or(f64::NAN, |last| last.error()),
            reason(limit)
        );
    }
    Ok(Measured {
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
        AutomaticLimit::Products => "it would take more products; allow them with --max-products",
        AutomaticLimit::Vectors => {
            "the vectors do not fit the memory; give more with analysis.memory-mib, or choose \
             --reorthogonalisation none"
        }
        AutomaticLimit::Resolution => "errors as small are not told from zero; ask for less",
    }
}

/// The laws of what is left without the atoms, on each side of zero that has enough of it.
pub fn laws(
    density: &SpectralDensity,
    terms: Terms,
    epsilon: f64,
    seed: u64,
) -> Result<Vec<LawAnalysis>, Failure> {
    let largest = density
        .quadratures
        .iter()
        .flat_map(|quadrature| &quadrature.nodes)
        .chain(density.atoms.iter().map(|atom| &atom.value))
        .fold(0.0f64, |most, value| most.max(value.abs()));
    let floor = noise_floor(epsilon, largest, density.dim);
    // Parts of G have no eigenvalue below zero but by rounding.
    let sides: &[Side] = if terms.contains(Part::H) {
        &[Side::Positive, Side::Negative]
    } else {
        &[Side::Positive]
    };
    let mut found = Vec::new();
    for &side in sides {
        let options = LawOptions {
            region: Region {
                side,
                floor,
                without_atoms: true,
                ..Region::default()
            },
            seed,
            ..LawOptions::default()
        };
        match fit_laws(density, &options) {
            Ok(laws) => found.push(laws),
            // Too little to fit a law to is no failure of the analysis.
            Err(SpectralError::InvalidOption { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}
