//! The trace and the Frobenius norm by random probes.

use crate::density::Estimate;
use crate::error::SpectralError;
use crate::hutchinson::{HutchinsonOptions, for_each_product};
use crate::operator::LinearOperator;
use crate::probes::ProbeKind;
use crate::space::VectorSpace;

/// Estimates `tr A`, without bias, as the mean of `z^T A z` over m probes with `E[z z^T] = I`.
///
/// Hutchinson, "A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines" (1990);
/// with its variances Avron & Toledo, "Randomized algorithms for estimating the trace of an implicit symmetric positive
/// semi-definite matrix" (2011): `2 (||A||_F^2 - sum_i a_ii^2) / m` for signs, so that the trace of a diagonal matrix is
/// exact, and `2 ||A||_F^2 / m` for Gaussian probes. Probes on the unit sphere are scaled by `sqrt p`. The standard
/// error is that of the mean over the probes, unknown from one.
///
/// Of a [`Deflated`](crate::Deflated) operator it is the trace of what remains.
pub fn trace<O: LinearOperator>(
    op: &O,
    options: &HutchinsonOptions,
) -> Result<Estimate, SpectralError> {
    mean_over_probes(op, options, |space, probe, product| {
        space.dot(probe, product)
    })
}

/// Estimates the Frobenius norm `||A||_F = sqrt(tr A^2)` as the root of the mean of `||A z||^2` over the probes.
///
/// The mean under the root has no bias; the root has one of the order of 1/m. The standard error is that of the mean,
/// carried through the root to first order.
pub fn frobenius_norm<O: LinearOperator>(
    op: &O,
    options: &HutchinsonOptions,
) -> Result<Estimate, SpectralError> {
    let square = mean_over_probes(op, options, |space, _, product| space.dot(product, product))?;
    let norm = square.mean.sqrt();
    let through_root = |error: f64| {
        if norm > 0.0 {
            error / (2.0 * norm)
        } else {
            0.0
        }
    };
    Ok(Estimate {
        mean: norm,
        standard_error: square.standard_error.map(through_root),
    })
}

/// The mean over the probes of a quadratic function of the probe, scaled to probes with `E[z z^T] = I`.
fn mean_over_probes<O: LinearOperator, F>(
    op: &O,
    options: &HutchinsonOptions,
    f: F,
) -> Result<Estimate, SpectralError>
where
    F: Fn(&O::Space, &<O::Space as VectorSpace>::Vector, &<O::Space as VectorSpace>::Vector) -> f64,
{
    let space = op.space();
    let scale = match options.kind {
        ProbeKind::Gaussian | ProbeKind::Rademacher => 1.0,
        ProbeKind::UnitSphere => space.dim() as f64,
    };
    let mut values = Vec::with_capacity(options.probes);
    for_each_product(op, options, |place, probe, product| {
        let value = scale * f(space, probe, product);
        place.check_finite(&[value])?;
        values.push(value);
        Ok(())
    })?;
    Ok(mean(&values))
}

/// The mean of independent values and its standard error.
fn mean(values: &[f64]) -> Estimate {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Estimate {
        mean,
        standard_error: (values.len() > 1).then(|| (squares / (count - 1.0) / count).sqrt()),
    }
}
