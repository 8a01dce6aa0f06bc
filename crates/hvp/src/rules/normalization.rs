//! Batch normalization with statistics that come in as tensors.
//!
//! Running statistics are constants of the network. Statistics of the batch are tensors the network
//! computes, so they carry tangents and want cotangents like any other input: that is how
//! train-mode normalization is differentiated exactly.

use super::per_channel::{combine, repeated, sums, times, total};
use super::{Cotangents, PerInput, Point, Rule, Saved, pulled_together};
use crate::array::host::channels::Term;
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

/// What the derivatives share: numbers per channel with one direction, [1, c].
struct Parts {
    /// s.
    inverse: Array,
    /// γ.
    gamma: Array,
    /// s γ.
    scale: Array,
}

/// Tangents of them, [K, c], absent where zero.
struct PartTangents {
    /// ṡ = -½ s³ v̇.
    inverse: Option<Array>,
    /// The tangent of s γ.
    scale: Option<Array>,
}

impl BatchNorm {
    fn parts(&self, inputs: &[Array]) -> Parts {
        let inverse = inputs[VARIANCE]
            .unsqueeze()
            .add_scalar(self.epsilon)
            .sqrt()
            .recip();
        let gamma = inputs[GAMMA].unsqueeze();
        Parts {
            scale: inverse.mul(&gamma),
            gamma,
            inverse,
        }
    }
}

impl Parts {
    fn tangents(&self, tangents: &[Option<Array>]) -> PartTangents {
        let inverse = times(tangents[VARIANCE].as_ref(), &minus_half_cube(&self.inverse));
        PartTangents {
            scale: total([
                times(tangents[GAMMA].as_ref(), &self.inverse),
                times(inverse.as_ref(), &self.gamma),
            ]),
            inverse,
        }
    }
}

fn minus_half_cube(s: &Array) -> Array {
    s.mul(s).mul(s).scale(-0.5)
}

impl Rule for BatchNorm {
    fn name(&self) -> &str {
        "batch_norm"
    }

    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let term = Term {
            images: &inputs[X].unsqueeze(),
            center: Some(&inputs[MEAN]),
            factor: &self.parts(inputs).scale,
        };
        let value = combine(&[term], Some(&inputs[BETA].unsqueeze()));
        (value.reshape(&inputs[X].shape()), Saved::default())
    }

    /// ẏ = ẋ (s γ) + (x - μ) (s γ)˙ + β̇ - μ̇ s γ.
    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let parts = self.parts(at.inputs);
        let scale = parts.tangents(tangents).scale;
        let x = at.inputs[X].unsqueeze();
        let terms: Vec<Term> = [
            tangents[X].as_ref().map(|tangent| Term {
                images: tangent,
                center: None,
                factor: &parts.scale,
            }),
            scale.as_ref().map(|tangent| Term {
                images: &x,
                center: Some(&at.inputs[MEAN]),
                factor: tangent,
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        let shift = total([
            tangents[BETA].clone(),
            times(tangents[MEAN].as_ref(), &parts.scale.neg()),
        ]);
        if terms.is_empty() {
            return shift.map(|shift| repeated(&shift, &at.value.shape()));
        }
        Some(combine(&terms, shift.as_ref()))
    }

    pulled_together!();

    /// The pull-back is, with t = Σ ȳ and q = Σ ȳ (x - μ): x̄ = ȳ s γ, γ̄ = s q, β̄ = t, μ̄ = -s γ t,
    /// v̄ = -½ s³ γ q. All of it is linear in ȳ, so that its tangent is it of ȳ˙, plus with
    /// q̇ = Σ ȳ ẋ - μ̇ t: x̄˙ = ȳ (s γ)˙, γ̄˙ = ṡ q + s q̇, μ̄˙ = -(s γ)˙ t,
    /// v̄˙ = -½ (s³ γ̇ q + 3 s² ṡ γ q + s³ γ q̇).
    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        let parts = self.parts(at.inputs);
        let dots = parts.tangents(tangents);
        let x = at.inputs[X].unsqueeze();
        let mean = Some(&at.inputs[MEAN]);
        let any_sum = wanted[GAMMA] || wanted[BETA] || wanted[MEAN] || wanted[VARIANCE];

        // Of ȳ˙: its sums t˙ and q˙.
        let linear = cotangents
            .tangent
            .filter(|_| any_sum)
            .map(|cotangent| one(sums(cotangent, &[(&x, mean)])));
        // Of ȳ: t and q, and the part of q that comes with ẋ and μ̇.
        let curved = cotangents.primal.filter(|_| any_sum).map(|cotangent| {
            let (total, moment) = one(sums(cotangent, &[(&x, mean)]));
            let along_x = tangents[X]
                .as_ref()
                .map(|tangent| one(sums(cotangent, &[(tangent, None)])).1);
            let along_mean = times(tangents[MEAN].as_ref(), &total.neg());
            (total, moment, sum(along_x, along_mean))
        });

        let s = &parts.inverse;
        let cube = minus_half_cube(s);
        // All that multiplies s in γ̄˙ and -½ s³ γ in v̄˙.
        let moments = total([
            linear.as_ref().map(|(_, moment)| moment.clone()),
            curved.as_ref().and_then(|(_, _, along)| along.clone()),
        ]);
        let moment = curved.as_ref().map(|(_, moment, _)| moment);
        let gamma = || {
            total([
                times(moments.as_ref(), s),
                product(dots.inverse.as_ref(), moment),
            ])
        };
        let variance = || {
            let along_gamma = product(tangents[GAMMA].as_ref(), moment);
            let along_inverse = product(dots.inverse.as_ref(), moment);
            total([
                times(moments.as_ref(), &cube.mul(&parts.gamma)),
                times(along_gamma.as_ref(), &cube),
                times(
                    along_inverse.as_ref(),
                    &s.mul(s).mul(&parts.gamma).scale(-1.5),
                ),
            ])
        };
        let shift = || {
            total([
                linear
                    .as_ref()
                    .map(|(total, _)| total.mul(&parts.scale).neg()),
                product(
                    dots.scale.as_ref(),
                    curved.as_ref().map(|(total, ..)| total),
                )
                .map(|product| product.neg()),
            ])
        };
        let input = || {
            let terms: Vec<Term> = [
                (cotangents.tangent, Some(&parts.scale)),
                (cotangents.primal, dots.scale.as_ref()),
            ]
            .into_iter()
            .filter_map(|(images, factor)| {
                Some(Term {
                    images: images?,
                    center: None,
                    factor: factor?,
                })
            })
            .collect();
            (!terms.is_empty()).then(|| combine(&terms, None))
        };
        vec![
            wanted[X].then(input).flatten(),
            wanted[GAMMA].then(gamma).flatten(),
            linear
                .as_ref()
                .filter(|_| wanted[BETA])
                .map(|(total, _)| total.clone()),
            wanted[MEAN].then(shift).flatten(),
            wanted[VARIANCE].then(variance).flatten(),
        ]
    }
}

/// The sum and the one product of [`sums`].
fn one((total, products): (Array, Vec<Array>)) -> (Array, Array) {
    let product = products.into_iter().next();
    (total, product.expect("one product was asked for"))
}

/// The product of two that may be absent, meaning zero.
fn product(first: Option<&Array>, second: Option<&Array>) -> Option<Array> {
    times(first, second?)
}
