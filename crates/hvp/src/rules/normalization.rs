//! Batch normalization with statistics that come in as tensors.
//!
//! Running statistics are constants of the network. Statistics of the batch are tensors the network
//! computes, so they carry tangents and want cotangents like any other input: that is how
//! train-mode normalization is differentiated exactly.

use super::{PerInput, Point, Rule, Saved, numbers};
use crate::array::{Array, sum};

/// `y = (x - μ) s γ + β` with `s = (v + ε)^(-1/2)`, for x `[n, c, …]` and the others `[c]`.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm {
    /// ε, which keeps s finite.
    pub epsilon: f64,
}

const X: usize = 0;
const GAMMA: usize = 1;
const BETA: usize = 2;
const MEAN: usize = 3;
const VARIANCE: usize = 4;

/// A tensor per channel, [K, c], beside images [K, n, c, …] of `rank` axes.
fn beside(per_channel: &Array, rank: usize) -> Array {
    let shape = per_channel.shape();
    let mut beside = vec![1; rank];
    beside[0] = shape[0];
    beside[2] = shape[1];
    per_channel.reshape(&beside)
}

/// The sum over everything but directions and channels: [K, n, c, …] to [K, c].
fn per_channel(array: &Array) -> Array {
    let shape = array.shape();
    let axes: Vec<usize> = (1..shape.len()).rev().filter(|&axis| axis != 2).collect();
    array.sum_dims(&axes).reshape(&[shape[0], shape[2]])
}

/// What the three derivatives share, per channel with one direction.
struct Parts {
    /// x - μ, as [1, n, c, …].
    centred: Array,
    /// s.
    inverse: Array,
    /// γ.
    gamma: Array,
    /// s γ.
    scale: Array,
}

impl BatchNorm {
    fn parts(&self, inputs: &[Array]) -> Parts {
        let x = inputs[X].unsqueeze();
        let inverse = inputs[VARIANCE]
            .unsqueeze()
            .add_scalar(self.epsilon)
            .sqrt()
            .recip();
        let gamma = inputs[GAMMA].unsqueeze();
        Parts {
            centred: x.sub(&beside(&inputs[MEAN].unsqueeze(), x.rank())),
            scale: inverse.mul(&gamma),
            gamma,
            inverse,
        }
    }

    /// ṡ = -½ s³ v̇ and the tangent of s γ, absent where zero.
    fn tangents(parts: &Parts, tangents: &[Option<Array>]) -> (Option<Array>, Option<Array>) {
        let inverse = tangents[VARIANCE]
            .as_ref()
            .map(|tangent| tangent.mul(&minus_half_cube(&parts.inverse)));
        let scale = sum(
            tangents[GAMMA]
                .as_ref()
                .map(|tangent| tangent.mul(&parts.inverse)),
            inverse.as_ref().map(|tangent| tangent.mul(&parts.gamma)),
        );
        (inverse, scale)
    }
}

fn minus_half_cube(s: &Array) -> Array {
    s.mul(s).mul(s).scale(-0.5)
}

impl Rule for BatchNorm {
    fn name(&self) -> &str {
        "batch_norm"
    }

    /// The centred input.
    fn shared_scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let parts = self.parts(inputs);
        let rank = parts.centred.rank();
        let value = parts
            .centred
            .times(beside(&parts.scale, rank))
            .plus(beside(&inputs[BETA].unsqueeze(), rank));
        (value.reshape(&inputs[X].shape()), Saved::default())
    }

    /// ẏ = ẋ (s γ) + (x - μ) (s γ)˙ + β̇ - μ̇ s γ.
    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let parts = self.parts(at.inputs);
        let rank = parts.centred.rank();
        let (_, scale) = Self::tangents(&parts, tangents);
        let along_x = tangents[X]
            .as_ref()
            .map(|tangent| tangent.mul(&beside(&parts.scale, rank)));
        let along_scale = scale.map(|tangent| parts.centred.mul(&beside(&tangent, rank)));
        let shift = sum(
            tangents[BETA].clone(),
            tangents[MEAN]
                .as_ref()
                .map(|tangent| tangent.mul(&parts.scale).neg()),
        );
        match (sum(along_x, along_scale), shift) {
            (Some(total), Some(shift)) => Some(total.plus(beside(&shift, rank))),
            (total, None) => total,
            (None, Some(shift)) => {
                let mut shape = vec![shift.shape()[0]];
                shape.extend(at.value.shape());
                Some(beside(&shift, rank).expand(&shape))
            }
        }
    }

    /// With q = Σ ȳ (x - μ): x̄ = ȳ s γ, γ̄ = s q, β̄ = Σ ȳ, μ̄ = -s γ Σ ȳ, v̄ = -½ s³ γ q.
    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let parts = self.parts(at.inputs);
        let rank = parts.centred.rank();
        let moment = (wanted[GAMMA] || wanted[VARIANCE])
            .then(|| per_channel(&cotangent.mul(&parts.centred)));
        let total = (wanted[BETA] || wanted[MEAN]).then(|| per_channel(cotangent));
        let moment_times = |wanted: bool, factor: &Array| {
            moment
                .as_ref()
                .filter(|_| wanted)
                .map(|moment| moment.mul(factor))
        };
        vec![
            wanted[X].then(|| cotangent.mul(&beside(&parts.scale, rank))),
            moment_times(wanted[GAMMA], &parts.inverse),
            total.clone().filter(|_| wanted[BETA]),
            total
                .filter(|_| wanted[MEAN])
                .map(|total| total.mul(&parts.scale).neg()),
            moment_times(
                wanted[VARIANCE],
                &minus_half_cube(&parts.inverse).mul(&parts.gamma),
            ),
        ]
    }

    /// With q̇ = Σ ȳ ẋ - μ̇ Σ ȳ: x̄˙ = ȳ (s γ)˙, γ̄˙ = ṡ q + s q̇, μ̄˙ = -(s γ)˙ Σ ȳ,
    /// v̄˙ = -½ (s³ γ̇ q + 3 s² ṡ γ q + s³ γ q̇).
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        let parts = self.parts(at.inputs);
        let rank = parts.centred.rank();
        let (inverse_dot, scale_dot) = Self::tangents(&parts, tangents);
        let total = per_channel(cotangent);
        let moment = per_channel(&cotangent.mul(&parts.centred));
        let moment_dot = sum(
            tangents[X]
                .as_ref()
                .map(|tangent| per_channel(&cotangent.mul(tangent))),
            tangents[MEAN]
                .as_ref()
                .map(|tangent| tangent.mul(&total).neg()),
        );
        let gamma = || {
            sum(
                inverse_dot.as_ref().map(|dot| dot.mul(&moment)),
                moment_dot.as_ref().map(|dot| dot.mul(&parts.inverse)),
            )
        };
        let variance = || {
            let s = &parts.inverse;
            let cube = minus_half_cube(s);
            let along_gamma = tangents[GAMMA]
                .as_ref()
                .map(|dot| dot.mul(&cube.mul(&moment)));
            let along_inverse = inverse_dot
                .as_ref()
                .map(|dot| dot.mul(&s.mul(s).scale(-1.5).mul(&parts.gamma).mul(&moment)));
            let along_moment = moment_dot
                .as_ref()
                .map(|dot| dot.mul(&cube.mul(&parts.gamma)));
            sum(sum(along_gamma, along_inverse), along_moment)
        };
        vec![
            scale_dot
                .as_ref()
                .filter(|_| wanted[X])
                .map(|dot| cotangent.mul(&beside(dot, rank))),
            wanted[GAMMA].then(gamma).flatten(),
            None,
            scale_dot
                .as_ref()
                .filter(|_| wanted[MEAN])
                .map(|dot| dot.mul(&total).neg()),
            wanted[VARIANCE].then(variance).flatten(),
        ]
    }
}
