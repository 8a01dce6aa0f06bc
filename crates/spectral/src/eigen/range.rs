//! An interval that holds the spectrum.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::eigen::lanczos::lanczos;
use crate::eigen::lanczos_options::{LanczosOptions, Reorthogonalisation};
use crate::eigen::lanczos_run::LanczosRun;
use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::LinearOperator;
use crate::operator::probes::{ProbeKind, Probes};

/// Options of [`spectral_range`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RangeOptions {
    /// Lanczos steps.
    pub steps: usize,
    /// Fraction of the width added at each end.
    pub margin: f64,
    /// Seed of the starting vector.
    pub seed: u64,
    /// Reorthogonalisation; none is needed for the ends.
    pub reorthogonalisation: Reorthogonalisation,
}

impl Default for RangeOptions {
    /// The papers' 64 steps and 5%.
    fn default() -> Self {
        Self {
            steps: 64,
            margin: 0.05,
            seed: 0,
            reorthogonalisation: Reorthogonalisation::None,
        }
    }
}

/// An interval that holds the spectrum, and what it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpectralRange {
    /// Lower end, margin included.
    pub lower: f64,
    /// Upper end, margin included.
    pub upper: f64,
    /// Least Ritz value theta_min, at least lambda_min.
    pub ritz_min: f64,
    /// Largest Ritz value theta_max, at most lambda_max.
    pub ritz_max: f64,
    /// Residual bound `beta_m |s_m|` of theta_min.
    pub residual_min: f64,
    /// Residual bound of theta_max.
    pub residual_max: f64,
    /// Lanczos steps made.
    pub steps: usize,
}

impl SpectralRange {
    /// The interval of [`spectral_range`] from a Lanczos run of at least one step already made.
    pub fn of_run<V>(run: &LanczosRun<V>, margin: f64) -> Self {
        let last = run.ritz_values.len() - 1;
        let (ritz_min, ritz_max) = (run.ritz_values[0], run.ritz_values[last]);
        let (residual_min, residual_max) = (run.residual_bounds[0], run.residual_bounds[last]);
        let (lower, upper) = (ritz_min - residual_min, ritz_max + residual_max);
        let margin = margin * (upper - lower);
        Self {
            lower: lower - margin,
            upper: upper + margin,
            ritz_min,
            ritz_max,
            residual_min,
            residual_max,
            steps: run.alpha.len(),
        }
    }
}

/// The interval `[theta_min - r_min - margin w, theta_max + r_max + margin w]` from one Lanczos run, w its width before
/// the margin.
///
/// Ritz values lie inside the spectrum, and an eigenvalue lies within the residual bound of each. Widening by it makes a
/// bound in practice, not a theorem: the start could be orthogonal to an extreme eigenvector, with probability zero (Zhou
/// & Li, "Bounding the spectrum of large Hermitian matrices", 2011).
pub fn spectral_range<O: LinearOperator>(
    op: &O,
    options: &RangeOptions,
) -> Result<SpectralRange, SpectralError> {
    SpectralError::require(
        options.margin >= 0.0 && options.margin.is_finite(),
        "margin",
        format_args!("{} is not a fraction", options.margin),
    )?;
    let start = Probes::new(ProbeKind::Gaussian, options.seed).vector(op.space(), 0);
    let lanczos_options = LanczosOptions {
        steps: options.steps,
        reorthogonalisation: options.reorthogonalisation,
        seed: options.seed,
        ..LanczosOptions::default()
    };
    let run = lanczos(op, &[start], &lanczos_options)?.remove(0);
    Ok(SpectralRange::of_run(&run, options.margin))
}
