//! Means of one number for each probe.

use std::marker::PhantomData;

use crate::operator::probes::ProbeKind;
use crate::operator::vector_space::VectorSpace;
use crate::trace::probe_products::ProbeStatistic;

/// A number for each probe z with `E[z z^T] = I`, quadratic in it.
pub trait QuadraticForm {
    /// The estimation's name in snapshots.
    const NAME: &'static str;
    /// What the numbers come to.
    type Output;

    /// The number of a probe and its product.
    fn of<S: VectorSpace>(space: &S, probe: &S::Vector, product: &S::Vector) -> f64;

    /// What the numbers of all probes come to.
    fn conclude(values: &[f64]) -> Self::Output;
}

/// The numbers so far.
#[derive(Clone, Debug)]
pub struct QuadraticForms<Q> {
    values: Vec<f64>,
    form: PhantomData<Q>,
}

impl<Q: QuadraticForm> ProbeStatistic for QuadraticForms<Q> {
    const NAME: &'static str = Q::NAME;
    type Output = Q::Output;

    fn new(_: usize) -> Self {
        Self {
            values: Vec::new(),
            form: PhantomData,
        }
    }

    fn add<S: VectorSpace>(
        &mut self,
        space: &S,
        kind: ProbeKind,
        probe: &S::Vector,
        product: &S::Vector,
    ) -> bool {
        let scale = match kind {
            ProbeKind::Gaussian | ProbeKind::Rademacher => 1.0,
            ProbeKind::UnitSphere => space.dim() as f64,
        };
        let value = scale * Q::of(space, probe, product);
        self.values.push(value);
        value.is_finite()
    }

    fn numbers(&self) -> Vec<f64> {
        self.values.clone()
    }

    fn from_numbers(_: usize, probes: usize, values: Vec<f64>) -> Option<Self> {
        let form = PhantomData;
        (values.len() == probes).then_some(Self { values, form })
    }

    fn conclude(self) -> Q::Output {
        Q::conclude(&self.values)
    }
}
