//! A number for each probe, scaled to probes with `E[z z^T] = I`.

use crate::operator::probes::ProbeKind;
use crate::operator::vector_space::VectorSpace;

/// The numbers so far.
#[derive(Clone, Debug, Default)]
pub struct QuadraticForms(pub(crate) Vec<f64>);

impl QuadraticForms {
    /// Takes in the inner product of the vectors; false where it is not finite.
    pub(crate) fn add<S: VectorSpace>(
        &mut self,
        space: &S,
        kind: ProbeKind,
        a: &S::Vector,
        b: &S::Vector,
    ) -> bool {
        let scale = match kind {
            ProbeKind::Gaussian | ProbeKind::Rademacher => 1.0,
            ProbeKind::UnitSphere => space.dim() as f64,
        };
        let value = scale * space.dot(a, b);
        self.0.push(value);
        value.is_finite()
    }

    /// From as many numbers as there were probes.
    pub(crate) fn from_numbers(probes: usize, numbers: Vec<f64>) -> Option<Self> {
        (numbers.len() == probes).then_some(Self(numbers))
    }
}
