//! The Frobenius norm by random probes.

use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::LinearOperator;
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::Estimation;
use crate::statistics::estimate::Estimate;
use crate::trace::probe_products::{HutchinsonOptions, ProbeEstimation};
use crate::trace::quadratic_forms::{QuadraticForm, QuadraticForms};

/// Estimates the Frobenius norm `||A||_F = sqrt(tr A^2)` as the root of the mean of `||A z||^2` over the probes.
///
/// The mean under the root has no bias; the root has one of the order of 1/m. The standard error is that of the mean,
/// carried through the root to first order.
pub fn frobenius_norm<O: LinearOperator>(
    op: &O,
    options: &HutchinsonOptions,
) -> Result<Estimate, SpectralError> {
    FrobeniusEstimation::begin(op, options)?.run(op)
}

/// [`frobenius_norm`] in progress.
pub type FrobeniusEstimation = ProbeEstimation<QuadraticForms<SquaredNorm>>;

/// `||A z||^2`.
#[derive(Clone, Debug)]
pub enum SquaredNorm {}

impl QuadraticForm for SquaredNorm {
    const NAME: &'static str = "frobenius_norm";
    type Output = Estimate;

    fn of<S: VectorSpace>(space: &S, _: &S::Vector, product: &S::Vector) -> f64 {
        space.dot(product, product)
    }

    fn conclude(values: &[f64]) -> Estimate {
        let square = Estimate::of(values);
        let norm = square.mean.sqrt();
        let through_root = |error: f64| {
            if norm > 0.0 {
                error / (2.0 * norm)
            } else {
                0.0
            }
        };
        Estimate {
            mean: norm,
            standard_error: square.standard_error.map(through_root),
        }
    }
}
