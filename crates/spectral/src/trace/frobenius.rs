//! The Frobenius norm by random probes.

use crate::error::spectral_error::SpectralError;
use crate::operator::linear_operator::LinearOperator;
use crate::operator::probes::ProbeKind;
use crate::operator::vector_space::VectorSpace;
use crate::resume::estimation::Estimation;
use crate::statistics::estimate::Estimate;
use crate::trace::probe_products::{HutchinsonOptions, ProbeEstimation, ProbeStatistic};
use crate::trace::quadratic_forms::QuadraticForms;

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
pub type FrobeniusEstimation = ProbeEstimation<SquaredNorms>;

/// `||A z||^2` of each probe.
#[derive(Clone, Debug)]
pub struct SquaredNorms(QuadraticForms);

impl ProbeStatistic for SquaredNorms {
    const NAME: &'static str = "frobenius_norm";
    type Output = Estimate;

    fn new(_: usize) -> Self {
        Self(QuadraticForms::default())
    }

    fn add<S: VectorSpace>(
        &mut self,
        space: &S,
        kind: ProbeKind,
        _: &S::Vector,
        product: &S::Vector,
    ) -> bool {
        self.0.add(space, kind, product, product)
    }

    fn numbers(&self) -> Vec<f64> {
        self.0.0.clone()
    }

    fn from_numbers(_: usize, probes: usize, numbers: Vec<f64>) -> Option<Self> {
        QuadraticForms::from_numbers(probes, numbers).map(Self)
    }

    fn conclude(self, _: usize) -> Estimate {
        let square = Estimate::of(&self.0.0);
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
