//! Passes over images [K, n, c, …] with numbers per channel.

use rayon::prelude::*;

use super::elements::GRAIN;
use super::numbers::{Directed, Numbers};
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;

/// A summand `a_c (x - m_c)` of a linear combination of images.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term<'a> {
    /// x, [K, n, c, …], or one direction for all.
    pub images: &'a Array,
    /// What x counts where it is above zero, [1, n, c, …]; absent, x counts everywhere. With a center there is none.
    pub gate: Option<&'a Array>,
    /// m, [c]; absent, zero.
    pub center: Option<&'a Array>,
    /// a, [K, c], or one direction for all.
    pub factor: &'a Array,
}

/// The extents directions, n, c and the rest of images.
fn extents(images: &Array) -> [usize; 4] {
    let shape = images.shape();
    [shape[0], shape[1], shape[2], shape[3..].iter().product()]
}

/// Where the sum of terms counts; it is zero elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gate<'a> {
    /// Where it is above zero itself.
    Own,
    /// Where these images [1, n, c, …] are.
    By(&'a Array),
}

struct Loaded<T> {
    images: Directed<T>,
    gate: Option<Directed<T>>,
    center: Option<Numbers<T>>,
    factor: Directed<T>,
}

/// The sum of the terms and of a shift [K, c], through a gate if there is one.
pub(crate) fn combine<T: Real>(terms: &[Term], shift: Option<&Array>, gate: Option<Gate>) -> Array {
    let [_, n, c, s] = extents(terms[0].images);
    let mut shape = terms[0].images.shape();
    let directions = |array: &Array| array.shape()[0];
    shape[0] = terms
        .iter()
        .flat_map(|term| [directions(term.images), directions(term.factor)])
        .chain(shift.map(directions))
        .max()
        .unwrap_or(1);
    let loaded: Vec<Loaded<T>> = terms
        .iter()
        .map(|term| Loaded {
            images: Directed::of(term.images),
            gate: term.gate.map(Directed::of),
            center: term.center.map(Numbers::of),
            factor: Directed::of(term.factor),
        })
        .collect();
    let shift = shift.map(Directed::<T>::of);
    let (own, by) = match gate {
        Some(Gate::Own) => (true, None),
        Some(Gate::By(images)) => (false, Some(Directed::<T>::of(images))),
        None => (false, None),
    };
    let mut out = scratch(shape.iter().product());
    let per_direction = n * c * s;
    let plane = |k: usize, index: usize, out: &mut [T]| {
        let channel = index % c;
        let shift = shift
            .as_ref()
            .map_or(T::ZERO, |shift| shift.direction(k)[channel]);
        for (which, term) in loaded.iter().enumerate() {
            let x = &term.images.direction(k)[index * s..][..s];
            let factor = term.factor.direction(k)[channel];
            let center = term
                .center
                .as_ref()
                .map_or(T::ZERO, |center| center[channel]);
            let gate = term.gate.as_ref();
            let gate = gate.map(|gate| &gate.direction(k)[index * s..][..s]);
            wide(
                #[inline(always)]
                || match (gate, which) {
                    (None, 0) => {
                        for (out, &x) in out.iter_mut().zip(x) {
                            *out = (x - center) * factor + shift;
                        }
                    }
                    (None, _) => {
                        for (out, &x) in out.iter_mut().zip(x) {
                            *out += (x - center) * factor;
                        }
                    }
                    (Some(gate), 0) => {
                        for ((out, &x), &y) in out.iter_mut().zip(x).zip(gate) {
                            *out = through(x, y) * factor + shift;
                        }
                    }
                    (Some(gate), _) => {
                        for ((out, &x), &y) in out.iter_mut().zip(x).zip(gate) {
                            *out += through(x, y) * factor;
                        }
                    }
                },
            );
        }
        let by = by.as_ref().map(|by| &by.direction(k)[index * s..][..s]);
        if own || by.is_some() {
            wide(
                #[inline(always)]
                || match by {
                    None => out.iter_mut().for_each(|out| *out = through(*out, *out)),
                    Some(by) => {
                        for (out, &y) in out.iter_mut().zip(by) {
                            *out = through(*out, y);
                        }
                    }
                },
            );
        }
    };
    if per_direction > 0 {
        out.par_chunks_mut(per_direction)
            .enumerate()
            .for_each(|(k, out)| {
                out.par_chunks_mut(s)
                    .enumerate()
                    .with_min_len((GRAIN / s).max(1))
                    .for_each(|(index, out)| plane(k, index, out));
            });
    }
    array(out, &shape)
}

/// x where y is above zero, and zero elsewhere.
#[inline(always)]
fn through<T: Real>(x: T, y: T) -> T {
    if y > T::ZERO { x } else { T::ZERO }
}

/// Sums over everything but directions and channels, each [K, c]: of a, and of a (x - m) for every
/// pair of images x and a center [c]. a counts where the gate [1, n, c, …] is above zero, if there is one.
pub(crate) fn sums<T: Real>(
    a: &Array,
    with: &[(&Array, Option<&Array>)],
    gate: Option<&Array>,
) -> (Array, Vec<Array>) {
    let [own, n, c, s] = extents(a);
    let directions = with
        .iter()
        .map(|(x, _)| x.shape()[0])
        .chain([own])
        .max()
        .unwrap_or(1);
    let numbers = Directed::<T>::of(a);
    let gate = gate.map(Directed::<T>::of);
    let with: Vec<(Directed<T>, Option<Numbers<T>>)> = with
        .iter()
        .map(|(x, center)| (Directed::of(x), center.map(Numbers::of)))
        .collect();
    let sums: Vec<Vec<f64>> = (0..directions * c)
        .into_par_iter()
        .map(|index| {
            let (k, channel) = (index / c, index % c);
            let a = numbers.direction(k);
            let mut sums = vec![0.0; with.len() + 1];
            for image in 0..n {
                let start = (image * c + channel) * s;
                let a = &a[start..start + s];
                let gate = gate.as_ref();
                let gate = gate.map(|gate| &gate.direction(k)[start..start + s]);
                sums[0] += wide(
                    #[inline(always)]
                    || match gate {
                        None => lanes([a, a, a], |[a, ..]| a),
                        Some(gate) => lanes([a, a, gate], |[a, _, y]| through(a, y)),
                    },
                );
                for (sum, (x, center)) in sums[1..].iter_mut().zip(&with) {
                    let x = &x.direction(k)[start..start + s];
                    let center = center.as_ref().map_or(T::ZERO, |center| center[channel]);
                    *sum += wide(
                        #[inline(always)]
                        || match gate {
                            None => lanes([a, x, a], |[a, x, _]| a * (x - center)),
                            Some(gate) => {
                                lanes([a, x, gate], |[a, x, y]| through(a, y) * (x - center))
                            }
                        },
                    );
                }
            }
            sums
        })
        .collect();
    let mut gathered = (0..=with.len()).map(|which| {
        let values: Vec<T> = sums.iter().map(|sums| T::from_f64(sums[which])).collect();
        array(values, &[directions, c])
    });
    let total = gathered.next().expect("a sum of a");
    (total, gathered.collect())
}

/// A sum with independent partial sums, which the compiler can vectorise.
#[inline(always)]
fn lanes<T: Real>(numbers: [&[T]; 3], term: impl Fn([T; 3]) -> T) -> f64 {
    const LANES: usize = 64;
    let mut sums = [T::ZERO; LANES];
    let [(a, a_rest), (b, b_rest), (c, c_rest)] =
        numbers.map(|numbers| numbers.as_chunks::<LANES>());
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        for lane in 0..LANES {
            sums[lane] += term([a[lane], b[lane], c[lane]]);
        }
    }
    let rest = a_rest.iter().zip(b_rest).zip(c_rest);
    sums.into_iter()
        .chain(rest.map(|((&a, &b), &c)| term([a, b, c])))
        .map(T::to_f64)
        .sum()
}
