//! Passes over images [K, n, c, …] with numbers per channel.

use rayon::prelude::*;

use super::elements::tasks_of;
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
    /// m, [c]; absent, zero.
    pub center: Option<&'a Array>,
    /// a, [K, c], or one direction for all.
    pub factor: &'a Array,
}

/// The extents directions, n, c and the rest of images.
pub(super) fn extents(images: &Array) -> [usize; 4] {
    let shape = images.shape();
    [shape[0], shape[1], shape[2], shape[3..].iter().product()]
}

struct Loaded<T> {
    images: Directed<T>,
    center: Option<Numbers<T>>,
    factor: Directed<T>,
}

/// The sum of the terms and of a shift [K, c], for one or two terms.
pub(crate) fn combine<T: Real>(terms: &[Term], shift: Option<&Array>) -> Array {
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
            center: term.center.map(Numbers::of),
            factor: Directed::of(term.factor),
        })
        .collect();
    let shift = shift.map(Directed::<T>::of);
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
            wide(
                #[inline(always)]
                || {
                    if which == 0 {
                        for (out, &x) in out.iter_mut().zip(x) {
                            *out = (x - center) * factor + shift;
                        }
                    } else {
                        for (out, &x) in out.iter_mut().zip(x) {
                            *out += (x - center) * factor;
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
                    .with_min_len(tasks_of(s))
                    .for_each(|(index, out)| plane(k, index, out));
            });
    }
    array(out, &shape)
}

/// Sums over everything but directions and channels, each [K, c]: of a, and of a (x - m) for every
/// pair of images x and a center [c].
pub(crate) fn sums<T: Real>(a: &Array, with: &[(&Array, Option<&Array>)]) -> (Array, Vec<Array>) {
    let [own, n, c, s] = extents(a);
    let directions = with
        .iter()
        .map(|(x, _)| x.shape()[0])
        .chain([own])
        .max()
        .unwrap_or(1);
    let numbers = Directed::<T>::of(a);
    let with: Vec<(Directed<T>, Option<Numbers<T>>)> = with
        .iter()
        .map(|(x, center)| (Directed::of(x), center.map(Numbers::of)))
        .collect();
    let sums: Vec<Vec<f64>> = (0..directions * c)
        .into_par_iter()
        .map(|index| {
            let (k, channel) = (index / c, index % c);
            let a = numbers.direction(k);
            let mut sums = vec![[0.0; PARTS]; with.len() + 1];
            for image in 0..n {
                let start = (image * c + channel) * s;
                let a = &a[start..start + s];
                wide(
                    #[inline(always)]
                    || add_up(&mut sums[0], a, a, |a, _| a),
                );
                for (sum, (x, center)) in sums[1..].iter_mut().zip(&with) {
                    let x = &x.direction(k)[start..start + s];
                    let center = center.as_ref().map_or(T::ZERO, |center| center[channel]);
                    wide(
                        #[inline(always)]
                        || add_up(sum, a, x, |a, x| a * (x - center)),
                    );
                }
            }
            sums.iter().map(|parts| parts.iter().sum()).collect()
        })
        .collect();
    let mut gathered = (0..=with.len()).map(|which| {
        let values: Vec<T> = sums.iter().map(|sums| T::from_f64(sums[which])).collect();
        array(values, &[directions, c])
    });
    let total = gathered.next().expect("a sum of a");
    (total, gathered.collect())
}

/// Parts of a sum in float64.
pub(super) const PARTS: usize = 8;

/// Numbers that are added up in their own precision, each to one of as many.
const LANES: usize = 64;

/// Adds terms up, with independent partial sums, which the compiler can vectorise.
#[inline(always)]
pub(super) fn add_up<T: Real>(
    parts: &mut [f64; PARTS],
    a: &[T],
    b: &[T],
    term: impl Fn(T, T) -> T,
) {
    let mut lanes = [T::ZERO; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane], b[lane]);
        }
    }
    for (lane, (&a, &b)) in lanes.iter_mut().zip(a_rest.iter().zip(b_rest)) {
        *lane += term(a, b);
    }
    for lanes in lanes.as_chunks::<PARTS>().0 {
        for (part, &lane) in parts.iter_mut().zip(lanes) {
            *part += lane.to_f64();
        }
    }
}
