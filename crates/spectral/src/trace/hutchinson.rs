//! The trace by random probes (Hutchinson 1990).

use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::LinearOperator;
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::Estimation;
use crate::statistics::estimate::Estimate;
use crate::trace::probe_products::{HutchinsonOptions, ProbeEstimation};
use crate::trace::quadratic_forms::{QuadraticForm, QuadraticForms};
use crate::trace::trace_estimate::TraceEstimate;

/// Estimates `tr A`, without bias, as the mean of `z^T A z` over m probes with `E[z z^T] = I`.
///
/// Hutchinson, "A stochastic estimator of the trace of the influence matrix for Laplacian smoothing splines" (1990);
/// with its variances Avron & Toledo, "Randomized algorithms for estimating the trace of an implicit symmetric positive
/// semi-definite matrix" (2011): `2 (||A||_F^2 - sum_i a_ii^2) / m` for signs, so that the trace of a diagonal matrix is
/// exact, and `2 ||A||_F^2 / m` for Gaussian probes. Probes on the unit sphere are scaled by `sqrt p`. The standard
/// error is that of the mean over the probes, unknown from one. Few probes leave it uncertain: three of it held the trace
/// in 99% of 1,000 seeds from 64 Gaussian probes on, and from 128 on for a matrix of rank one (98.6% and 96% at 32).
///
/// Of a [`Deflated`](crate::Deflated) operator it is the trace of what remains.
pub fn hutchinson_trace<O: LinearOperator>(
    op: &O,
    options: &HutchinsonOptions,
) -> Result<TraceEstimate, SpectralError> {
    HutchinsonEstimation::begin(op, options)?.run(op)
}

/// [`hutchinson_trace`] in progress.
pub type HutchinsonEstimation = ProbeEstimation<QuadraticForms<TraceForm>>;

/// `z^T A z`.
#[derive(Clone, Debug)]
pub enum TraceForm {}

impl QuadraticForm for TraceForm {
    const NAME: &'static str = "hutchinson_trace";
    type Output = TraceEstimate;

    fn of<S: VectorSpace>(space: &S, probe: &S::Vector, product: &S::Vector) -> f64 {
        space.dot(probe, product)
    }

    fn conclude(values: &[f64]) -> TraceEstimate {
        TraceEstimate {
            trace: Estimate::of(values),
            rounding: 0.0,
            products: values.len(),
            basis: 0,
        }
    }
}
