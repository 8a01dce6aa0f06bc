//! What rules over images [K, n, c, …] say with numbers per channel [K, c].

use crate::array::host::channels::{self, Term};
use crate::array::host::numbers::reaches;
use crate::array::host::real::with_real;
use crate::array::{Array, sum};

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
    if reaches(first) {
        return with_real!(first, T => channels::combine::<T>(terms, shift));
    }
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(first) {
        return combine_on_gpu(terms, shift);
    }
    combine_on_device(terms, shift)
}

#[cfg(feature = "gpu")]
fn combine_on_gpu(terms: &[Term], shift: Option<&Array>) -> Array {
    use crate::array::device::channels::{ChannelTerm, combine};
    let terms: Vec<ChannelTerm> = terms
        .iter()
        .map(|term| ChannelTerm {
            images: term.images,
            center: term.center,
            factor: Some(term.factor),
        })
        .collect();
    let (two, others) = terms.split_at(terms.len().min(2));
    // What is there already is a term with the factor one.
    others.iter().fold(combine(two, shift), |total, term| {
        let total = ChannelTerm {
            images: &total,
            center: None,
            factor: None,
        };
        combine(&[total, *term], None)
    })
}

fn combine_on_device(terms: &[Term], shift: Option<&Array>) -> Array {
    let rank = terms[0].images.rank();
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
    if reaches(a) {
        return with_real!(a, T => channels::sums::<T>(a, with));
    }
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(a) {
        return crate::array::device::channels::sums(a, with);
    }
    sums_on_device(a, with)
}

/// `share` times the sum over everything but directions and channels, [K, c].
pub(crate) fn share_of_sum(a: &Array, share: f64) -> Array {
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(a) {
        return crate::array::device::channels::share_of_sum(a, share);
    }
    sums(a, &[]).0.scale(share)
}

/// The same of the squares.
pub(crate) fn share_of_squares(a: &Array, share: f64) -> Array {
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(a) {
        return crate::array::device::channels::share_of_product(a, a, share);
    }
    sums(a, &[(a, None)]).1.remove(0).scale(share)
}

/// x - m for images x [1, n, c, …] and m [c].
pub(crate) fn less_center(x: &Array, center: &Array) -> Array {
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(x) {
        use crate::array::device::channels::{ChannelTerm, combine};
        let term = ChannelTerm {
            images: x,
            center: Some(center),
            factor: None,
        };
        return combine(&[term], None);
    }
    let one = center.zeros_of(&[1, center.shape()[0]]).add_scalar(1.0);
    let term = Term {
        images: x,
        center: Some(center),
        factor: &one,
    };
    combine(&[term], None)
}

fn sums_on_device(a: &Array, with: &[(&Array, Option<&Array>)]) -> (Array, Vec<Array>) {
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

#[cfg(test)]
mod tests {
    //! The path of devices, run on the host beside the host's own.

    use super::*;
    use crate::array::host::tests::{close, numbers};

    #[test]
    fn combinations_are_the_same_on_devices() {
        let (x, y) = (numbers(&[1, 3, 2, 5], 1), numbers(&[4, 3, 2, 5], 2));
        let (center, one, several) = (numbers(&[2], 3), numbers(&[1, 2], 4), numbers(&[4, 2], 5));
        let term = |images, center, factor| Term {
            images,
            center,
            factor,
        };
        let centered = term(&x, Some(&center), &several);
        let plain = term(&y, None, &one);
        for terms in [
            vec![centered],
            vec![plain],
            vec![centered, plain],
            vec![plain, centered],
            vec![plain, plain, centered],
        ] {
            for shift in [None, Some(&several), Some(&one)] {
                let host = combine(&terms, shift);
                assert_eq!(host.shape(), [4, 3, 2, 5]);
                close(&host, &combine_on_device(&terms, shift), 1e-14);
            }
        }
    }

    #[test]
    fn sums_are_the_same_on_devices() {
        let (x, y) = (numbers(&[1, 3, 2, 37], 1), numbers(&[4, 3, 2, 37], 2));
        let center = numbers(&[2], 3);
        for (a, with) in [(&x, &y), (&y, &x), (&y, &y)] {
            let with = [(with, Some(&center)), (with, None)];
            let (total, products) = sums(a, &with);
            let (expected, expected_products) = sums_on_device(a, &with);
            assert_eq!(products.len(), 2);
            for (host, device) in products.iter().zip(&expected_products) {
                close(host, device, 1e-13);
            }
            let k = a.shape()[0];
            close(&total.slice(0, 0, k), &expected, 1e-13);
        }
    }
}
