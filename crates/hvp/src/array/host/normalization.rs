//! Batch normalization, a channel at a time: what comes of its numbers is written while a core's caches hold them.

use rayon::prelude::*;

use super::channels::{PARTS, add_up, extents};
use super::elements::tasks_of;
use super::numbers::{Directed, Numbers};
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;

/// Images [n, c, …] with mean β and deviation γ in every channel, and what was theirs.
pub(crate) struct Normalized {
    /// γ (x - μ) (v + ε)^(-1/2) + β, [n, c, …].
    pub value: Array,
    /// μ, [c].
    pub mean: Array,
    /// v, about the mean, so that nothing cancels, [c].
    pub variance: Array,
}

/// Normalizes images x [n, c, …] with γ and β [c]; of the value what is above zero alone, where so asked.
pub(crate) fn normalize<T: Real, const POSITIVE: bool>(
    x: &Array,
    gamma: &Array,
    beta: &Array,
    epsilon: f64,
) -> Normalized {
    let shape = x.shape();
    let [_, n, c, s] = extents(&x.unsqueeze());
    let [x, gamma, beta] = [x, gamma, beta].map(Numbers::<T>::of);
    let share = 1.0 / (n * s).max(1) as f64;
    let mut value = scratch(n * c * s);
    let moments: Vec<[T; 2]> = by_channel(&mut value, c, s)
        .into_par_iter()
        .enumerate()
        .with_min_len(tasks_of(n * s))
        .map(|(channel, mut value)| {
            let plane = |image: usize| &x[(image * c + channel) * s..][..s];
            wide(
                #[inline(always)]
                || {
                    let mut parts = [0.0; PARTS];
                    for image in 0..n {
                        add_up(&mut parts, plane(image), plane(image), |x, _| x);
                    }
                    let mean = T::from_f64(share * parts.iter().sum::<f64>());
                    let mut parts = [0.0; PARTS];
                    for image in 0..n {
                        add_up(&mut parts, plane(image), plane(image), |x, _| {
                            (x - mean) * (x - mean)
                        });
                    }
                    let variance = T::from_f64(share * parts.iter().sum::<f64>());
                    let factor = inverse(variance, epsilon) * gamma[channel];
                    let shift = beta[channel];
                    for (image, value) in value.iter_mut().enumerate() {
                        for (value, &x) in value.iter_mut().zip(plane(image)) {
                            let y = (x - mean) * factor + shift;
                            *value = if !POSITIVE || y > T::ZERO { y } else { T::ZERO };
                        }
                    }
                    [mean, variance]
                },
            )
        })
        .collect();
    let moment = |which: usize| array(moments.iter().map(|both| both[which]).collect(), &[c]);
    Normalized {
        value: array(value, &shape),
        mean: moment(0),
        variance: moment(1),
    }
}

/// The pull-back of cotangents ȳ [K, n, c, …] through [`normalize`] at x [n, c, …]: that of x, [K, n, c, …], and those of γ and
/// β, [K, c].
pub(crate) fn pull_normalized<T: Real, const POSITIVE: bool>(
    cotangent: &Array,
    x: &Array,
    [mean, variance]: [&Array; 2],
    [gamma, beta]: [&Array; 2],
    epsilon: f64,
) -> [Array; 3] {
    let shape = cotangent.shape();
    let [k, n, c, s] = extents(cotangent);
    let cotangent = Directed::<T>::of(cotangent);
    let [x, mean, variance, gamma, beta] = [x, mean, variance, gamma, beta].map(Numbers::<T>::of);
    let share = T::from_f64(1.0 / (n * s).max(1) as f64);
    let mut pulled = scratch(k * n * c * s);
    let planes: Vec<_> = pulled
        .chunks_mut((n * c * s).max(1))
        .flat_map(|pulled| by_channel(pulled, c, s))
        .collect();
    let sums: Vec<[T; 2]> = planes
        .into_par_iter()
        .enumerate()
        .with_min_len(tasks_of(n * s))
        .map(|(index, mut pulled)| {
            let channel = index % c;
            let cotangent = cotangent.direction(index / c);
            let planes = |image: usize| {
                [cotangent, &x].map(|all: &[T]| &all[(image * c + channel) * s..][..s])
            };
            wide(
                #[inline(always)]
                || {
                    let mean = mean[channel];
                    let inverse = inverse(variance[channel], epsilon);
                    let factor = inverse * gamma[channel];
                    let beta = beta[channel];
                    // The value as it was, to the bit.
                    let passed = |y: T, x: T| {
                        if !POSITIVE || (x - mean) * factor + beta > T::ZERO {
                            y
                        } else {
                            T::ZERO
                        }
                    };
                    let (mut total, mut moment) = ([0.0; PARTS], [0.0; PARTS]);
                    for image in 0..n {
                        let [cotangent, x] = planes(image);
                        add_up(&mut total, cotangent, x, passed);
                        add_up(&mut moment, cotangent, x, |y, x| passed(y, x) * (x - mean));
                    }
                    let of_beta = T::from_f64(total.iter().sum());
                    let of_gamma = T::from_f64(moment.iter().sum()) * inverse;
                    let along = factor * inverse * of_gamma * share;
                    let shift = factor * of_beta * share;
                    for (image, pulled) in pulled.iter_mut().enumerate() {
                        let [cotangent, x] = planes(image);
                        for ((pulled, &y), &x) in pulled.iter_mut().zip(cotangent).zip(x) {
                            *pulled = passed(y, x) * factor - (x - mean) * along - shift;
                        }
                    }
                    [of_gamma, of_beta]
                },
            )
        })
        .collect();
    let sum = |which: usize| array(sums.iter().map(|both| both[which]).collect(), &[k, c]);
    [array(pulled, &shape), sum(0), sum(1)]
}

/// (v + ε)^(-1/2).
fn inverse<T: Real>(variance: T, epsilon: f64) -> T {
    T::from_f64(1.0 / (variance.to_f64() + epsilon).sqrt())
}

/// The planes of `s` numbers of images [n, c, s] by channel.
fn by_channel<T>(images: &mut [T], c: usize, s: usize) -> Vec<Vec<&mut [T]>> {
    let mut channels: Vec<Vec<&mut [T]>> = (0..c).map(|_| Vec::new()).collect();
    if s > 0 {
        for (index, plane) in images.chunks_mut(s).enumerate() {
            channels[index % c].push(plane);
        }
    }
    channels
}
