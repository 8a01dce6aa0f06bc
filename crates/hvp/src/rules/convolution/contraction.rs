//! The three contractions, for sums of pairs of arguments.
//!
//! Each argument has an axis of directions in front, of extent K or 1; so has the result. In host
//! memory all pairs are added up in one pass over the result ([`crate::array::host::columns`]); elsewhere
//! each is a convolution of Burn's ([`super::device`]).

use super::geometry::{Conv2d, five};
use crate::array::host::numbers::{Directed, Numbers, reaches};
use crate::array::host::real::{Real, with_real};
use crate::array::host::results::array;
use crate::array::host::scratch::scratch;
use crate::array::{Array, Windows};
use crate::rules::per_channel::sums;

/// Pairs of arguments whose contractions are added up.
pub(super) type Pairs = Vec<(Array, Array)>;

/// The directions of a sum of contractions.
fn directions(pairs: &[(Array, Array)], bias: Option<&Array>) -> usize {
    let of = |array: &Array| array.shape()[0];
    pairs
        .iter()
        .flat_map(|(first, second)| [of(first), of(second)])
        .chain(bias.map(of))
        .max()
        .unwrap_or(1)
}

/// The terms of the product rule of which both factors are there.
pub(super) fn pairs(terms: [(Option<&Array>, Option<&Array>); 2]) -> Pairs {
    terms
        .into_iter()
        .filter_map(|(first, second)| Some((first?.clone(), second?.clone())))
        .collect()
}

/// The cotangent of a bias [K, c]: sums over everything but directions and channels.
pub(super) fn pull_bias(cotangent: &Array) -> Array {
    sums(cotangent, &[]).0
}

fn load<T: Real>(pairs: &[(Array, Array)]) -> Vec<(Directed<T>, Directed<T>)> {
    pairs
        .iter()
        .map(|(first, second)| (Directed::of(first), Directed::of(second)))
        .collect()
}

fn borrow<T>(pairs: &[(Directed<T>, Directed<T>)]) -> Vec<(&Directed<T>, &Directed<T>)> {
    pairs
        .iter()
        .map(|(first, second)| (first, second))
        .collect()
}

impl Conv2d {
    /// The windows of w [c_out, c_in / groups, …] on images [c_in, h, w].
    pub(super) fn windows(&self, image: [usize; 2], weight: [usize; 4]) -> Windows {
        let [filters, channels, kh, kw] = weight;
        Windows {
            channels: channels * self.groups,
            filters,
            image,
            kernel: [kh, kw],
            output: self.output(image, [kh, kw]),
            stride: self.stride,
            before: [self.padding[0].0, self.padding[1].0],
            dilation: self.dilation,
            groups: self.groups,
        }
    }

    /// The weights w [c_out, c_in / groups, …] as contractions with so many images of this extent take them again and again,
    /// if they take them in another form: what [`forward`](Self::forward) and [`pull_input`](Self::pull_input) may be
    /// given for the weights of their first pair.
    pub(super) fn transformed(&self, image: &[usize], weight: &Array) -> Option<Array> {
        if !reaches(weight) {
            return None;
        }
        let count = self.transformed_numbers(image, &weight.shape());
        let windows = self.windows_of(image, &weight.shape());
        (count > 0).then(|| {
            with_real!(weight, T => {
                let mut out = scratch(count);
                windows.transform_filters::<T>(&Numbers::of(weight), &mut out);
                array(out, &[count])
            })
        })
    }

    pub(super) fn windows_of(&self, image: &[usize], weight: &[usize]) -> Windows {
        self.windows(
            [image[2], image[3]],
            [weight[0], weight[1], weight[2], weight[3]],
        )
    }

    /// Numbers of [`transformed`](Self::transformed) weights.
    pub(super) fn transformed_numbers(&self, image: &[usize], weight: &[usize]) -> usize {
        self.windows_of(image, weight).transformed(image[0])
    }

    /// Σ conv(x, w) + b for pairs of x [L, n, …] and w [M, …], and b [K, c_out] or none.
    pub(super) fn forward(
        &self,
        pairs: &[(Array, Array)],
        known: Option<&Array>,
        bias: Option<&Array>,
    ) -> Array {
        let (x, weight) = &pairs[0];
        if !reaches(x) {
            return self.forward_on_device(pairs, bias);
        }
        let [_, n, _, h, w] = five(x);
        let [_, c_out, c_in, kh, kw] = five(weight);
        let windows = self.windows([h, w], [c_out, c_in, kh, kw]);
        let k = directions(pairs, bias);
        let [oh, ow] = windows.output;
        with_real!(x, T => {
            let mut out = scratch(k * n * c_out * oh * ow);
            let bias = bias.map(Directed::of);
            let known = known.map(Numbers::<T>::of);
            windows.forward::<T>(&borrow(&load(pairs)), known.as_deref(), bias.as_ref(), k, &mut out);
            array(out, &[k, n, c_out, oh, ow])
        })
    }

    /// The cotangent of x [n, …], of the given shape, added up for pairs of w [M, …] and ȳ [L, n, …].
    pub(super) fn pull_input(
        &self,
        shape: &[usize],
        pairs: &[(Array, Array)],
        known: Option<&Array>,
    ) -> Array {
        let (weight, cotangent) = &pairs[0];
        if !reaches(cotangent) {
            return self.pull_input_on_device(shape, pairs);
        }
        let [n, c, h, w] = [shape[0], shape[1], shape[2], shape[3]];
        let [_, c_out, c_in, kh, kw] = five(weight);
        let windows = self.windows([h, w], [c_out, c_in, kh, kw]);
        let k = directions(pairs, None);
        with_real!(cotangent, T => {
            let mut out = scratch(k * n * c * h * w);
            let known = known.map(Numbers::<T>::of);
            windows.pull_input::<T>(&borrow(&load(pairs)), known.as_deref(), k, &mut out);
            array(out, &[k, n, c, h, w])
        })
    }

    /// The cotangent of w, of the given shape, added up for pairs of x [L, n, …] and ȳ [M, n, …].
    pub(super) fn pull_weight(&self, shape: &[usize], pairs: &[(Array, Array)]) -> Array {
        let (x, cotangent) = &pairs[0];
        if !reaches(cotangent) {
            return self.pull_weight_on_device(shape, pairs);
        }
        let [c_out, c_in, kh, kw] = [shape[0], shape[1], shape[2], shape[3]];
        let [_, _, _, h, w] = five(x);
        let windows = self.windows([h, w], [c_out, c_in, kh, kw]);
        let k = directions(pairs, None);
        with_real!(cotangent, T => {
            let mut out = scratch(k * c_out * c_in * kh * kw);
            windows.pull_weight::<T>(&borrow(&load(pairs)), k, &mut out);
            array(out, &[k, c_out, c_in, kh, kw])
        })
    }
}

#[cfg(test)]
mod tests {
    //! The path of devices, run on the host beside the host's own.

    use super::*;
    use crate::array::host::tests::{close, numbers};

    fn check(conv: &Conv2d, image: [usize; 4], weight: [usize; 4]) {
        let [n, c_in, h, w] = image;
        let [c_out, c_group, kh, kw] = weight;
        let [oh, ow] = conv.output([h, w], [kh, kw]);
        let x = |k: usize| numbers(&[k, n, c_in, h, w], 3 + k as u64);
        let w = |k: usize| numbers(&[k, c_out, c_group, kh, kw], 7 + k as u64);
        let y = |k: usize| numbers(&[k, n, c_out, oh, ow], 11 + k as u64);
        for pairs in [[1, 1], [3, 1], [1, 3]] {
            let [first, second] = pairs;
            let k = first.max(second);
            let pairs = vec![(x(first), w(second)), (x(second), w(first))];
            for bias in [
                None,
                Some(numbers(&[1, c_out], 5)),
                Some(numbers(&[k, c_out], 6)),
            ] {
                let device = conv.forward_on_device(&pairs, bias.as_ref());
                close(&conv.forward(&pairs, None, bias.as_ref()), &device, 1e-13);
                if second == 1 {
                    let known = conv.transformed(&image, &w(1).reshape(&weight));
                    let kept = conv.transformed_numbers(&image, &weight);
                    assert_eq!(known.as_ref().map_or(0, |known| known.shape()[0]), kept);
                    let forward = conv.forward(&pairs, known.as_ref(), bias.as_ref());
                    close(&forward, &device, 1e-13);
                }
            }
            let pairs = vec![(w(first), y(second)), (w(second), y(first))];
            let device = conv.pull_input_on_device(&image, &pairs);
            close(&conv.pull_input(&image, &pairs, None), &device, 1e-13);
            if first == 1 {
                let known = conv.transformed(&image, &w(1).reshape(&weight));
                let pulled = conv.pull_input(&image, &pairs, known.as_ref());
                close(&pulled, &device, 1e-13);
            }
            let pairs = vec![(x(first), y(second)), (x(second), y(first))];
            let device = conv.pull_weight_on_device(&weight, &pairs);
            close(&conv.pull_weight(&weight, &pairs), &device, 1e-13);
        }
    }

    #[test]
    fn contractions_are_the_same_on_devices() {
        let conv = |stride, padding, dilation, groups| Conv2d {
            stride,
            padding,
            dilation,
            groups,
        };
        let even = [(1, 1), (1, 1)];
        let plain = conv([1, 1], even, [1, 1], 1);
        check(&plain, [2, 3, 5, 4], [4, 3, 3, 3]);
        check(&conv([2, 1], even, [1, 1], 1), [3, 2, 6, 5], [5, 2, 3, 2]);
        check(&conv([1, 3], even, [2, 1], 1), [2, 3, 7, 6], [4, 3, 3, 2]);
        check(&conv([1, 2], even, [1, 2], 2), [2, 4, 5, 8], [6, 2, 2, 3]);
        check(
            &conv([1, 1], [(0, 0); 2], [1, 1], 1),
            [2, 3, 4, 2],
            [2, 3, 1, 1],
        );
        // Images of more pixels than are unfolded at a time, and more images than go together.
        check(&plain, [1, 2, 30, 33], [3, 2, 3, 3]);
        check(&plain, [9, 2, 11, 10], [3, 2, 3, 3]);
        // Windows so large that the pixels of an image go in several parts where the cotangent of the weights is formed.
        check(
            &conv([1, 1], [(3, 3); 2], [1, 1], 1),
            [2, 40, 48, 47],
            [2, 40, 7, 7],
        );
        // In tiles: several images, an image in several parts, many small images, an odd extent, no zeros around, two,
        // and more on one side.
        check(&plain, [5, 18, 11, 10], [17, 18, 3, 3]);
        check(&plain, [1, 17, 30, 33], [17, 17, 3, 3]);
        check(&plain, [70, 17, 2, 2], [18, 17, 3, 3]);
        let padded = |padding| conv([1, 1], padding, [1, 1], 1);
        check(&padded([(0, 0); 2]), [4, 17, 9, 12], [17, 17, 3, 3]);
        check(&padded([(2, 2); 2]), [4, 17, 7, 6], [17, 17, 3, 3]);
        check(&padded([(0, 2), (1, 0)]), [4, 17, 9, 8], [17, 17, 3, 3]);
        // Neither in tiles nor directly.
        check(
            &conv([2, 1], even, [1, 1], 1),
            [3, 17, 9, 8],
            [18, 17, 3, 3],
        );
        // More filters than are computed together.
        check(&plain, [2, 2, 4, 3], [70, 2, 3, 3]);
    }
}
