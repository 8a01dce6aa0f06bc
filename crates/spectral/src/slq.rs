//! Stochastic Lanczos quadrature.

use serde::{Deserialize, Serialize};

use crate::density::{Quadrature, SpectralDensity};
use crate::error::SpectralError;
use crate::lanczos::{Breakdown, LanczosOptions, LanczosRun, Reorthogonalisation, lanczos};
use crate::operator::LinearOperator;
use crate::probes::{ProbeKind, Probes};

/// Options of [`slq`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SlqOptions {
    /// Number of probes.
    pub probes: usize,
    /// Lanczos steps a probe.
    pub steps: usize,
    /// Law of the probes.
    pub kind: ProbeKind,
    /// Seed of the probes.
    pub seed: u64,
    /// Reorthogonalisation of the recursions.
    pub reorthogonalisation: Reorthogonalisation,
    /// What a breakdown does.
    pub breakdown: Breakdown,
    /// Most probes run in one block, zero for all of them. Memory grows with it; the result does not change.
    pub block_size: usize,
}

impl Default for SlqOptions {
    /// The papers' 128 steps without reorthogonalisation, on eight probes in one block.
    fn default() -> Self {
        Self {
            probes: 8,
            steps: 128,
            kind: ProbeKind::Gaussian,
            seed: 0,
            reorthogonalisation: Reorthogonalisation::None,
            breakdown: Breakdown::Stop,
            block_size: 0,
        }
    }
}

/// Estimates the spectral density by stochastic Lanczos quadrature.
///
/// For a random unit vector z with `E[z z^T] = I/p`, `E[z^T f(A) z] = tr f(A) / p`, and m Lanczos steps from z give the
/// m-point Gauss quadrature of the measure behind `z^T f(A) z`: nodes are the Ritz values, weights the squared first
/// components of T's eigenvectors. Ubaru, Chen & Saad, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature",
/// SIMAX 2017; for the Hessian of deep networks, Papyan, "Measurements of three-level hierarchical structure in the
/// outliers in the spectrum of deepnet Hessians", 2019, and Ghorbani, Krishnan & Xiao 2019.
///
/// With [`Reorthogonalisation::Full`], [`Breakdown::Restart`] and as many steps as dimensions, T is orthogonally similar
/// to A, so its eigenvalues are the spectrum: one probe is run, its nodes get weight 1/p each whatever the probe, and the
/// result is marked `exact`. On an operator with [`excluded`](LinearOperator::excluded) vectors, p is the dimension
/// without them.
///
/// Each probe's weights are normalised to sum to 1. For Gaussian and spherical probes that keeps the estimate unbiased;
/// so it does for signs, except on an operator with excluded vectors, where it costs a bias of relative order 1/p.
pub fn slq<O: LinearOperator>(
    op: &O,
    options: &SlqOptions,
) -> Result<SpectralDensity, SpectralError> {
    if options.probes == 0 {
        return Err(SpectralError::option("probes", "must be at least 1"));
    }
    let dim = op.effective_dim();
    let exact = options.reorthogonalisation == Reorthogonalisation::Full
        && options.breakdown == Breakdown::Restart
        && options.steps >= dim;
    let lanczos_options = LanczosOptions {
        steps: options.steps,
        reorthogonalisation: options.reorthogonalisation,
        breakdown: options.breakdown,
        keep_basis: false,
        seed: options.seed,
    };
    lanczos_options.check()?;
    if dim == 0 {
        return Ok(SpectralDensity {
            dim,
            exact: true,
            quadratures: Vec::new(),
            atoms: Vec::new(),
        });
    }
    let count = if exact { 1 } else { options.probes };
    let block_size = if options.block_size == 0 {
        count
    } else {
        options.block_size
    };
    let probes = Probes::new(options.kind, options.seed);
    let mut quadratures = Vec::with_capacity(count);
    for start in (0..count).step_by(block_size) {
        let block = probes.block(op.space(), start as u64, block_size.min(count - start));
        quadratures.extend(
            lanczos(op, &block, &lanczos_options)?
                .into_iter()
                .map(quadrature),
        );
    }
    Ok(SpectralDensity {
        dim,
        exact,
        quadratures,
        atoms: Vec::new(),
    })
}

/// The quadrature of a run: Gauss weights, or equal ones where the run is complete.
fn quadrature<V>(run: LanczosRun<V>) -> Quadrature {
    let weights = if run.complete {
        vec![1.0 / run.ritz_values.len() as f64; run.ritz_values.len()]
    } else {
        let total: f64 = run.weights.iter().sum();
        run.weights.iter().map(|weight| weight / total).collect()
    };
    Quadrature {
        nodes: run.ritz_values,
        weights,
    }
}
