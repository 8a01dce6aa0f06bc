//! Mean zero and variance one over the last axis: what layer normalization does before it scales.

use super::{PerInput, Point, Rule, Saved, numbers};
use crate::array::Array;

/// `y = (x - μ) s` with `s = (v + ε)^(-1/2)`, μ the mean and v the variance over the last axis: Ba,
/// Kiros and Hinton, "Layer normalization" (2016).
#[derive(Clone, Copy, Debug)]
pub struct Standardize {
    /// ε, which keeps s finite.
    pub epsilon: f64,
}

/// The mean over the last axis, which stays with extent one.
fn mean(array: &Array) -> Array {
    let last = array.rank() - 1;
    let count = array.shape()[last] as f64;
    array.sum_dim(last).scale(1.0 / count)
}

/// The derivative along a tangent, `s (ẋ - mean ẋ - y mean(y ẋ))`, which is symmetric and so its own
/// transpose. All have the axis of directions.
fn derivative(y: &Array, s: &Array, tangent: &Array) -> Array {
    let along = y.mul(&mean(&tangent.mul(y)));
    tangent.sub(&mean(tangent)).sub(&along).times(s.clone())
}

impl Rule for Standardize {
    fn name(&self) -> &str {
        "standardize"
    }

    fn saved(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(&value[..value.len() - 1])
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let centred = inputs[0].sub(&mean(&inputs[0]));
        let variance = mean(&centred.mul(&centred));
        let inverse = variance.add_scalar(self.epsilon).sqrt().recip();
        let saved = Saved {
            floats: vec![inverse.clone()],
            indices: Vec::new(),
        };
        (centred.times(inverse), saved)
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let (y, s) = (at.value.unsqueeze(), at.saved.floats[0].unsqueeze());
        tangents[0]
            .as_ref()
            .map(|tangent| derivative(&y, &s, tangent))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let (y, s) = (at.value.unsqueeze(), at.saved.floats[0].unsqueeze());
        vec![Some(derivative(&y, &s, cotangent))]
    }

    /// With ṡ = -s² mean(y ẋ): `(ṡ/s) x̄ - s (ẏ mean(y ȳ) + y mean(ẏ ȳ))`.
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        _wanted: &[bool],
    ) -> PerInput {
        let (y, s) = (at.value.unsqueeze(), at.saved.floats[0].unsqueeze());
        vec![tangents[0].as_ref().map(|tangent| {
            let y_dot = derivative(&y, &s, tangent);
            let rate = s.mul(&mean(&tangent.mul(&y)));
            let scaled = rate.mul(&derivative(&y, &s, cotangent));
            let moved = y_dot
                .mul(&mean(&cotangent.mul(&y)))
                .plus(y.mul(&mean(&y_dot.mul(cotangent))))
                .times(s);
            scaled.plus(moved).neg()
        })]
    }
}
