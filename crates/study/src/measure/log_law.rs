//! The density of H with enough work for its law to be told, and the law.

use hesscope_measure::{LeadingEffort, ObservedOperator, breakdown, probes_together};
use hesscope_records::record::key;
use hesscope_records::{LawEffort, Part};
use hesscope_spectral::{
    Estimation, LinearOperator, LogTrend, LogTrendOptions, ProbeKind, Reorthogonalisation, Side,
    SlqEstimation, SlqOptions, SpectralDensity, VectorSpace, log_trend, noise_floor,
};

use super::opened::Opened;
use super::snapshots::{estimate, forget};
use super::spectrum::effort;
use crate::error::StudyError;

/// Up to this number of parameters the work by default is what tells the laws apart.
const SMALL: usize = 20_000;

/// Above this number a product is dear, and the default is what the spectra get.
const LARGE: usize = 1_000_000;

/// Work that tells a power law of 1.3 decades from a semicircle, measured on known spectra (the test `log_trend` of
/// `hesscope-spectral`).
const ENOUGH: LawEffort = LawEffort {
    probes: 8,
    steps: 512,
};

/// Work between.
const SOME: LawEffort = LawEffort {
    probes: 4,
    steps: 256,
};

/// Keeps these probes apart from those of the spectra.
const STREAM: u64 = 0x6c61_775f_6f66_5f68;

/// The work that is asked for; by default by the size of the network, and no less than that of the spectra.
pub fn law_effort(opened: &Opened<'_>, probes: Option<usize>, steps: Option<usize>) -> LawEffort {
    let chosen = effort(opened);
    let parameters = opened.network().num_parameters();
    let least = if parameters <= SMALL {
        ENOUGH
    } else if parameters <= LARGE {
        SOME
    } else {
        LawEffort {
            probes: 1,
            steps: 1,
        }
    };
    LawEffort {
        probes: probes.unwrap_or(chosen.probes.max(least.probes)),
        steps: steps
            .unwrap_or(chosen.lanczos_steps.max(least.steps))
            .min(parameters),
    }
}

/// H against a power law and semicircles above and below zero; `of` is the key of what it is measured for.
///
/// # Errors
///
/// What the products fail with, and a folder that cannot be written.
pub fn log_laws(
    opened: &Opened<'_>,
    work: LawEffort,
    seed: u64,
    of: &str,
) -> Result<Vec<LogTrend>, StudyError> {
    let problem = opened.problem()?;
    let density = density(opened, work, seed, &snapshots_of(of))?;
    let largest = density
        .quadratures
        .iter()
        .flat_map(|quadrature| &quadrature.nodes)
        .fold(0.0f64, |most, value| most.max(value.abs()));
    let floor = noise_floor(problem.space().epsilon(), largest, density.dim);
    let of_side = |side: Side| {
        let options = LogTrendOptions {
            side,
            floor: floor.max(f64::MIN_POSITIVE),
            ..LogTrendOptions::default()
        };
        log_trend(&density, &options).map_err(StudyError::from)
    };
    [Side::Positive, Side::Negative]
        .into_iter()
        .map(of_side)
        .collect()
}

/// The snapshots are no longer needed.
pub fn forget_law(opened: &Opened<'_>, of: &str) {
    forget(opened.run().folder(), &snapshots_of(of));
}

/// The key of the snapshots, apart from those of the same findings' energies.
fn snapshots_of(of: &str) -> String {
    key(&("law of H", of))
}

fn density(
    opened: &Opened<'_>,
    work: LawEffort,
    seed: u64,
    snapshots: &str,
) -> Result<SpectralDensity, StudyError> {
    let problem = opened.problem()?;
    let LeadingEffort {
        reorthogonalisation: chosen,
        ..
    } = effort(opened).leading;
    // Full reorthogonalisation keeps every vector of a block.
    let fits = work.probes * work.steps <= opened.spread_vectors() / 2;
    let reorthogonalisation = match chosen {
        Reorthogonalisation::Full if !fits => Reorthogonalisation::None,
        other => other,
    };
    let options = SlqOptions {
        probes: work.probes,
        steps: work.steps,
        kind: ProbeKind::Gaussian,
        seed: seed ^ STREAM,
        reorthogonalisation,
        breakdown: breakdown(reorthogonalisation),
        block_size: probes_together(reorthogonalisation, work.steps, opened.spread_vectors()),
    };
    let operator = problem.operator(Part::H);
    match opened.spread()? {
        None => estimated(opened, &operator, &options, snapshots),
        Some(space) => {
            let operator = opened.in_pieces(operator, space)?;
            estimated(opened, &operator, &options, snapshots)
        }
    }
}

fn estimated<O: LinearOperator>(
    opened: &Opened<'_>,
    operator: &O,
    options: &SlqOptions,
    snapshots: &str,
) -> Result<SpectralDensity, StudyError> {
    let observer = opened.observer();
    observer.begin("density of H for its law", options.probes * options.steps);
    let operator = ObservedOperator::new(operator, observer);
    let found = estimate(opened.run(), snapshots, observer, |keeper| {
        SlqEstimation::begin(&operator, options)?.run_kept(&operator, "law", keeper)
    });
    found.map_err(|error| opened.explain(error))
}
