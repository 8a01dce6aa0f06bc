//! What rules over images [K, n, c, …] say with numbers per channel [K, c].

use crate::array::{Array, sum};
use crate::host::{self, with_real};

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

/// Numbers per channel, [K, c], beside images [K, n, c, …] of `rank` axes.
fn beside(per_channel: &Array, rank: usize) -> Array {
    let shape = per_channel.shape();
    let mut beside = vec![1; rank];
    beside[0] = shape[0];
    beside[2] = shape[1];
    per_channel.reshape(&beside)
}

fn centered(images: &Array, center: Option<&Array>) -> Array {
    match center {
        Some(center) => images.sub(&beside(&center.unsqueeze(), images.rank())),
        None => images.clone(),
    }
}

/// The sum of terms, one at least, and of a shift [K, c].
pub(crate) fn combine(terms: &[Term], shift: Option<&Array>) -> Array {
    let first = terms[0].images;
    if host::reaches(first) {
        return with_real!(first, T => host::channels::combine::<T>(terms, shift));
    }
    let rank = first.rank();
    terms
        .iter()
        .map(|term| centered(term.images, term.center).times(beside(term.factor, rank)))
        .chain(shift.map(|shift| beside(shift, rank)))
        .reduce(Array::plus)
        .expect("one term at least")
}

/// Sums over everything but directions and channels, each [K, c]: of a, and of a (x - m) for each pair
/// of images x and centers m [c].
pub(crate) fn sums(a: &Array, with: &[(&Array, Option<&Array>)]) -> (Array, Vec<Array>) {
    if host::reaches(a) {
        return with_real!(a, T => host::channels::sums::<T>(a, with));
    }
    let products = with
        .iter()
        .map(|(x, center)| per_channel(&a.mul(&centered(x, *center))))
        .collect();
    (per_channel(a), products)
}

fn per_channel(array: &Array) -> Array {
    let shape = array.shape();
    let axes: Vec<usize> = (1..shape.len()).rev().filter(|&axis| axis != 2).collect();
    array.sum_dims(&axes).reshape(&[shape[0], shape[2]])
}

/// The product of numbers that may be absent, meaning zero.
pub(crate) fn times(first: Option<&Array>, second: &Array) -> Option<Array> {
    first.map(|first| first.mul(second))
}

/// The sum of several that may be absent.
pub(crate) fn total<const N: usize>(parts: [Option<Array>; N]) -> Option<Array> {
    parts.into_iter().fold(None, sum)
}

/// Numbers per channel [K, c] repeated over images of a shape [n, c, …]: [K, n, c, …].
pub(crate) fn repeated(per_channel: &Array, shape: &[usize]) -> Array {
    let mut full = vec![per_channel.shape()[0]];
    full.extend(shape);
    beside(per_channel, full.len()).expand(&full)
}
