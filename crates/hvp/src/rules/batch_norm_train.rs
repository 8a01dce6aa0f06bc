//! Batch normalization with the statistics of the batch, as one operation.

use super::per_channel::{
    combine, less_center, repeated, share_of_squares, share_of_sum, sums, times, total,
};
use super::{Cotangents, PerInput, Point, Rule, Saved, numbers, pulled_together};
use crate::array::Array;
use crate::array::host::channels::Term;
use crate::array::host::normalization::{normalize, pull_normalized};
use crate::array::host::numbers::reaches;
use crate::array::host::real::with_real;

/// `y = γ x̂ + β` with `x̂ = (x - μ) s`, `s = (v + ε)^(-1/2)`, μ the mean and v the biased variance of each channel over the
/// batch, for x `[n, c, …]` and γ, β `[c]`: Ioffe and Szegedy, "Batch normalization" (2015).
#[derive(Clone, Copy, Debug)]
pub struct BatchNormTrain {
    /// ε, which keeps s finite.
    pub epsilon: f64,
}

const X: usize = 0;
const GAMMA: usize = 1;
const BETA: usize = 2;

// What is kept of the forward pass, each [c].
const MEAN: usize = 0;
const VARIANCE: usize = 1;

/// What the derivatives share. Numbers per channel are [1, c], those along directions [K, c].
struct Parts<'a> {
    x: Array,
    mean: &'a Array,
    /// s.
    inverse: Array,
    /// γ.
    gamma: Array,
    /// 1 / m, for m numbers of each channel.
    share: f64,
}

/// Sums of some images u: the mean of u and that of u x̂.
struct Means {
    mean: Array,
    along: Array,
}

impl BatchNormTrain {
    fn inverse(&self, variance: &Array) -> Array {
        variance.unsqueeze().add_scalar(self.epsilon).sqrt().recip()
    }

    /// The factor γ s of x - μ, [1, c].
    fn scale(&self, variance: &Array, gamma: &Array) -> Array {
        #[cfg(feature = "gpu")]
        if crate::array::device::reaches(variance) {
            return crate::array::device::channels::scale(variance, gamma, self.epsilon);
        }
        self.inverse(variance).mul(&gamma.unsqueeze())
    }

    /// The value in one pass over the images, or what of it is above zero.
    pub(super) fn value_on_host<const POSITIVE: bool>(&self, inputs: &[Array]) -> (Array, Saved) {
        let [x, gamma, beta] = [X, GAMMA, BETA].map(|which| &inputs[which]);
        let found = with_real!(x, T => normalize::<T, POSITIVE>(x, gamma, beta, self.epsilon));
        let saved = Saved {
            floats: vec![found.mean, found.variance],
            indices: Vec::new(),
        };
        (found.value, saved)
    }

    fn value_on_device(&self, inputs: &[Array]) -> (Array, Saved) {
        let x = inputs[X].unsqueeze();
        let shape = inputs[X].shape();
        let (share, channels) = (share(&shape), shape[1]);
        let mean = share_of_sum(&x, share).reshape(&[channels]);
        // About the mean, so that nothing cancels.
        let centered = less_center(&x, &mean);
        let variance = share_of_squares(&centered, share).reshape(&[channels]);
        let scale = self.scale(&variance, &inputs[GAMMA]);
        let scaled = Parts::term(&centered, &scale);
        let value = combine(&[scaled], Some(&inputs[BETA].unsqueeze()));
        let saved = Saved {
            floats: vec![mean, variance],
            indices: Vec::new(),
        };
        (value.reshape(&shape), saved)
    }

    /// The pull-back as [`pull_tangent`](Rule::pull_tangent) has it, or of what the value above zero passes, in one pass over
    /// the cotangent: of a tangent alone, which has no tangents of inputs in it, in host memory.
    pub(super) fn pull_on_host<const POSITIVE: bool>(
        &self,
        at: Point,
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> Option<PerInput> {
        let (None, Some(cotangent)) = (cotangents.primal, cotangents.tangent) else {
            return None;
        };
        if !reaches(cotangent) || !wanted[X] {
            return None;
        }
        let moments = [MEAN, VARIANCE].map(|which| &at.saved.floats[which]);
        let [x, gamma, beta] = [X, GAMMA, BETA].map(|which| &at.inputs[which]);
        let pulled = with_real!(
            cotangent,
            T => pull_normalized::<T, POSITIVE>(cotangent, x, moments, [gamma, beta], self.epsilon)
        );
        let asked = pulled.into_iter().zip(wanted);
        let asked = asked.map(|(pulled, wanted)| wanted.then_some(pulled));
        Some(asked.collect())
    }

    /// The same with few kernels.
    #[cfg(feature = "gpu")]
    fn pull_on_gpu(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        use crate::array::device::channels::{Pulled, pulled};
        let (mean, variance) = (&at.saved.floats[MEAN], &at.saved.floats[VARIANCE]);
        let x = at.inputs[X].unsqueeze();
        let (total, mut products) = sums(cotangent, &[(&x, Some(mean))]);
        let moment = products.pop().expect("one product was asked for");
        let gamma = &at.inputs[GAMMA];
        let Pulled {
            factor,
            shift,
            gamma: of_gamma,
            scale,
        } = pulled(
            [&total, &moment],
            variance,
            gamma,
            self.epsilon,
            share(&at.inputs[X].shape()),
        );
        let input = || {
            let of_cotangent = Parts::term(cotangent, &scale);
            let of_x = Term {
                images: &x,
                center: Some(mean),
                factor: &factor,
            };
            combine(&[of_cotangent, of_x], Some(&shift))
        };
        vec![
            wanted[X].then(input),
            wanted[GAMMA].then_some(of_gamma),
            wanted[BETA].then_some(total),
        ]
    }

    fn parts<'a>(&self, at: Point<'a>) -> Parts<'a> {
        let shape = at.inputs[X].shape();
        Parts {
            x: at.inputs[X].unsqueeze(),
            mean: &at.saved.floats[MEAN],
            inverse: self.inverse(&at.saved.floats[VARIANCE]),
            gamma: at.inputs[GAMMA].unsqueeze(),
            share: share(&shape),
        }
    }
}

/// One over the numbers of a channel of images [n, c, …].
fn share(shape: &[usize]) -> f64 {
    let count = shape.iter().product::<usize>() / shape[1].max(1);
    1.0 / count.max(1) as f64
}

impl Parts<'_> {
    /// The means of images and of their products with x̂ and with others.
    fn means(&self, images: &Array, other: Option<&Array>) -> (Means, Option<Array>) {
        let mut with = vec![(&self.x, Some(self.mean))];
        with.extend(other.map(|other| (other, None)));
        let (sum, products) = sums(images, &with);
        let mut products = products.into_iter().map(|sum| sum.scale(self.share));
        let along = products.next().expect("one product was asked for");
        let means = Means {
            mean: sum.scale(self.share),
            along: along.mul(&self.inverse),
        };
        (means, products.next())
    }

    /// Images times numbers per channel.
    fn term<'a>(images: &'a Array, factor: &'a Array) -> Term<'a> {
        Term {
            images,
            center: None,
            factor,
        }
    }

    /// The factor of x - μ for one of x̂.
    fn of_x(&self, factor: &Array) -> Array {
        factor.mul(&self.inverse)
    }

    /// x - μ times numbers per channel.
    fn x_term<'a>(&'a self, factor: &'a Array) -> Term<'a> {
        Term {
            images: &self.x,
            center: Some(self.mean),
            factor,
        }
    }
}

impl Rule for BatchNormTrain {
    fn name(&self) -> &str {
        "batch_norm_train"
    }

    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    /// x less its mean, in the value.
    fn shared_scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn saved(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        2 * value[1]
    }

    fn batch_statistics(&self, saved: &Saved) -> Option<[Array; 2]> {
        Some([MEAN, VARIANCE].map(|which| saved.floats[which].clone()))
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        if reaches(&inputs[X]) {
            self.value_on_host::<false>(inputs)
        } else {
            self.value_on_device(inputs)
        }
    }

    /// x̂˙ = s (ẋ - mean ẋ - x̂ mean(x̂ ẋ)), ẏ = γ x̂˙ + γ̇ x̂ + β̇.
    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let parts = self.parts(at);
        let scale = parts.gamma.mul(&parts.inverse);
        let moved = tangents[X].as_ref().map(|x| (x, parts.means(x, None).0));
        let along = moved
            .as_ref()
            .map(|(_, means)| means.along.mul(&scale).neg());
        let factor = total([along, tangents[GAMMA].clone()]).map(|factor| parts.of_x(&factor));
        let shift = total([
            moved
                .as_ref()
                .map(|(_, means)| means.mean.mul(&scale).neg()),
            tangents[BETA].clone(),
        ]);
        let mut terms = Vec::new();
        terms.extend(moved.as_ref().map(|(x, _)| Parts::term(x, &scale)));
        terms.extend(factor.as_ref().map(|factor| parts.x_term(factor)));
        if terms.is_empty() {
            return shift.map(|shift| repeated(&shift, &at.value.shape()));
        }
        Some(combine(&terms, shift.as_ref()))
    }

    pulled_together!();

    /// With m(u) the mean of u over a channel, t = m(ȳ) and q = m(ȳ x̂), the pull-back of ȳ is `x̄ = γ s (ȳ - t - q x̂)`,
    /// γ̄ = Σ ȳ x̂ and β̄ = Σ ȳ. It is linear in ȳ, so that its tangent is it of ȳ˙, and of ȳ with a = m(ẋ), b = m(ẋ x̂),
    /// ṡ = -s² b:
    ///
    /// `x̄˙ = (γ ṡ + γ̇ s) (ȳ - t - q x̂) - γ s (q x̂˙ + m(ȳ x̂˙) x̂)`, γ̄˙ = Σ ȳ x̂˙, with x̂˙ = s (ẋ - a - b x̂).
    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        if let Some(pulled) = self.pull_on_host::<false>(at, cotangents, wanted) {
            return pulled;
        }
        // What is pulled back of ȳ˙ alone has no tangents in it.
        #[cfg(feature = "gpu")]
        if let (None, Some(cotangent)) = (cotangents.primal, cotangents.tangent)
            && crate::array::device::reaches(cotangent)
        {
            return self.pull_on_gpu(at, cotangent, wanted);
        }
        self.pull_with_tangents(at, tangents, cotangents, wanted)
    }
}

impl BatchNormTrain {
    /// [`pull_tangent`](Rule::pull_tangent) with any cotangents, on any device.
    fn pull_with_tangents(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        let parts = self.parts(at);
        let (s, gamma, count) = (&parts.inverse, &parts.gamma, 1.0 / parts.share);
        let scale = gamma.mul(s);
        let linear = cotangents
            .tangent
            .map(|cotangent| (cotangent, parts.means(cotangent, None).0));
        let moved = tangents[X].as_ref();
        let curved = cotangents.primal.map(|cotangent| {
            let (of_cotangent, with_moved) = parts.means(cotangent, moved);
            let of_moved = moved.map(|moved| parts.means(moved, None).0);
            // m(ȳ x̂˙).
            let moment = of_moved
                .as_ref()
                .zip(with_moved)
                .map(|(of_moved, product)| {
                    product
                        .sub(&of_moved.mean.mul(&of_cotangent.mean))
                        .sub(&of_moved.along.mul(&of_cotangent.along))
                        .mul(s)
                });
            // γ ṡ + γ̇ s.
            let factor = total([
                of_moved
                    .as_ref()
                    .map(|of_moved| of_moved.along.mul(&scale).mul(s).neg()),
                times(tangents[GAMMA].as_ref(), s),
            ]);
            (cotangent, of_cotangent, of_moved, moment, factor)
        });

        let scale_of = || {
            total([
                linear.as_ref().map(|(_, means)| means.along.scale(count)),
                curved
                    .as_ref()
                    .and_then(|(_, _, _, moment, _)| moment.as_ref())
                    .map(|moment| moment.scale(count)),
            ])
        };
        let shift_of = || linear.as_ref().map(|(_, means)| means.mean.scale(count));
        let input = || {
            // Factors of ȳ˙, ȳ, ẋ and x̂, and what is added.
            let (mut on_x, mut shift) = (None, None);
            if let Some((_, means)) = &linear {
                on_x = Some(means.along.mul(&scale).neg());
                shift = Some(means.mean.mul(&scale).neg());
            }
            let (mut on_cotangent, mut on_moved) = (None, None);
            if let Some((_, of_cotangent, of_moved, moment, factor)) = &curved {
                let (t, q) = (&of_cotangent.mean, &of_cotangent.along);
                // γ s² q.
                let strength = scale.mul(s).mul(q);
                on_x = total([
                    on_x,
                    factor.as_ref().map(|factor| factor.mul(q).neg()),
                    of_moved
                        .as_ref()
                        .map(|of_moved| of_moved.along.mul(&strength)),
                    moment.as_ref().map(|moment| moment.mul(&scale).neg()),
                ]);
                shift = total([
                    shift,
                    factor.as_ref().map(|factor| factor.mul(t).neg()),
                    of_moved
                        .as_ref()
                        .map(|of_moved| of_moved.mean.mul(&strength)),
                ]);
                on_cotangent = factor.clone();
                on_moved = of_moved.as_ref().map(|_| strength.neg());
            }
            let on_x = on_x.map(|factor| parts.of_x(&factor));
            let primal = curved.as_ref().map(|(cotangent, ..)| *cotangent);
            let terms: Vec<Term> = [
                (
                    linear.as_ref().map(|(cotangent, _)| *cotangent),
                    Some(&scale),
                ),
                (primal, on_cotangent.as_ref()),
                (moved, on_moved.as_ref()),
            ]
            .into_iter()
            .filter_map(|(images, factor)| Some(Parts::term(images?, factor?)))
            .chain(on_x.as_ref().map(|factor| parts.x_term(factor)))
            .collect();
            (!terms.is_empty()).then(|| combine(&terms, shift.as_ref()))
        };
        vec![
            wanted[X].then(input).flatten(),
            wanted[GAMMA].then(scale_of).flatten(),
            wanted[BETA].then(shift_of).flatten(),
        ]
    }
}

#[cfg(test)]
mod tests {
    //! The path of devices, run on the host beside the host's own.

    use super::*;
    use crate::array::host::tests::{close, numbers};

    #[test]
    fn values_and_pull_backs_are_the_same_on_devices() {
        let rule = BatchNormTrain { epsilon: 1e-2 };
        for shape in [[1, 1, 1], [3, 2, 5], [5, 3, 70], [2, 40, 9]] {
            let inputs = [
                numbers(&shape, 1),
                numbers(&[shape[1]], 2),
                numbers(&[shape[1]], 3),
            ];
            let (value, saved) = rule.value(&inputs);
            let (expected, expected_saved) = rule.value_on_device(&inputs);
            close(&value, &expected, 1e-13);
            for (host, device) in saved.floats.iter().zip(&expected_saved.floats) {
                close(host, device, 1e-13);
            }
            for directions in [1, 3] {
                let cotangent = numbers(&[&[directions], &shape[..]].concat(), 4);
                let at = Point {
                    inputs: &inputs,
                    value: &value,
                    saved: &saved,
                };
                let both = [true, false].map(|host| {
                    let (still, cotangents) = (vec![None; 3], Cotangents::tangent(&cotangent));
                    let pull = if host {
                        BatchNormTrain::pull_tangent
                    } else {
                        BatchNormTrain::pull_with_tangents
                    };
                    pull(&rule, at, &still, cotangents, &[true; 3])
                });
                for (host, device) in both[0].iter().zip(&both[1]) {
                    let [host, device] = [host, device].map(|array| array.as_ref().expect("asked"));
                    close(host, device, 1e-13);
                }
            }
        }
    }
}
