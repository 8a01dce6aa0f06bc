//! Softmax over an axis, and its logarithm.

use super::{PerInput, Point, Rule, Saved};
use crate::array::Array;
use crate::precision::Precision;

/// `y = e^(x - m) / Σ e^(x - m)` over one axis, with m the largest element, so that nothing overflows.
///
/// Where all elements of a row are minus infinity, masked out together, the row's value is zero.
#[derive(Clone, Copy, Debug)]
pub struct Softmax {
    /// The axis.
    pub dim: usize,
}

/// The least finite number and the least normal one above zero.
fn smallest(array: &Array) -> (f64, f64) {
    match array.precision() {
        Some(Precision::F64) => (f64::MIN, f64::MIN_POSITIVE),
        _ => (f64::from(f32::MIN), f64::from(f32::MIN_POSITIVE)),
    }
}

/// The derivative of softmax with value p along a tangent, `p (ẋ - Σ p ẋ)`, which is symmetric and so
/// its own transpose. All have the axis of directions.
fn softmax_derivative(p: &Array, tangent: &Array, dim: usize) -> Array {
    let mean = tangent.mul(p).sum_dim(dim);
    tangent.sub(&mean).times(p.clone())
}

impl Rule for Softmax {
    fn name(&self) -> &str {
        "softmax"
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let (least, positive) = smallest(&inputs[0]);
        let largest = inputs[0].max_dim(self.dim).clamp_min(least);
        let exponentials = inputs[0].sub(&largest).exp();
        let total = exponentials.sum_dim(self.dim).clamp_min(positive);
        (exponentials.div(&total), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let p = at.value.unsqueeze();
        tangents[0]
            .as_ref()
            .map(|tangent| softmax_derivative(&p, tangent, self.dim + 1))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let p = at.value.unsqueeze();
        vec![Some(softmax_derivative(&p, cotangent, self.dim + 1))]
    }

    /// `ṗ (ȳ - Σ p ȳ) - p Σ ṗ ȳ`.
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        _wanted: &[bool],
    ) -> PerInput {
        let dim = self.dim + 1;
        let p = at.value.unsqueeze();
        vec![tangents[0].as_ref().map(|tangent| {
            let p_dot = softmax_derivative(&p, tangent, dim);
            let centred = cotangent.sub(&cotangent.mul(&p).sum_dim(dim));
            let moved = p_dot.mul(cotangent).sum_dim(dim);
            p_dot.times(centred).sub(&p.mul(&moved))
        })]
    }
}

/// `y = x - m - log Σ e^(x - m)` over one axis, with m the largest element; never the logarithm of a
/// softmax, which may have rounded to zero.
#[derive(Clone, Copy, Debug)]
pub struct LogSoftmax {
    /// The axis.
    pub dim: usize,
}

impl Rule for LogSoftmax {
    fn name(&self) -> &str {
        "log_softmax"
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let shifted = inputs[0].sub(&inputs[0].max_dim(self.dim));
        let total = shifted.exp().sum_dim(self.dim).log();
        (shifted.sub(&total), Saved::default())
    }

    /// `ẋ - Σ p ẋ`.
    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let p = at.value.exp().unsqueeze();
        tangents[0]
            .as_ref()
            .map(|tangent| tangent.sub(&tangent.mul(&p).sum_dim(self.dim + 1)))
    }

    /// `ȳ - p Σ ȳ`.
    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let p = at.value.exp().unsqueeze();
        let total = cotangent.sum_dim(self.dim + 1);
        vec![Some(cotangent.sub(&p.mul(&total)))]
    }

    /// `-ṗ Σ ȳ`.
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        _wanted: &[bool],
    ) -> PerInput {
        let dim = self.dim + 1;
        let p = at.value.exp().unsqueeze();
        let total = cotangent.sum_dim(dim).neg();
        vec![
            tangents[0]
                .as_ref()
                .map(|tangent| softmax_derivative(&p, tangent, dim).times(total)),
        ]
    }
}
