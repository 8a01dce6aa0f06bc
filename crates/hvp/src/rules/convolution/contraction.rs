//! The three contractions, for sums of pairs of arguments.
//!
//! Each argument has an axis of directions in front, of extent K or 1; so has the result. In host
//! memory all pairs are added up in one pass over the result ([`crate::host::columns`]); elsewhere
//! each is a convolution of Burn's ([`super::device`]).

use super::{Conv2d, five};
use crate::array::Array;
use crate::host::columns::Windows;
use crate::host::{self, Directed, Real, array, scratch, with_real};

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
    fn windows(&self, image: [usize; 2], weight: [usize; 4]) -> Windows {
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

    /// Σ conv(x, w) + b for pairs of x [L, n, …] and w [M, …], and b [K, c_out] or none.
    pub(super) fn forward(&self, pairs: &[(Array, Array)], bias: Option<&Array>) -> Array {
        let (x, weight) = &pairs[0];
        if !host::reaches(x) {
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
            windows.forward::<T>(&borrow(&load(pairs)), bias.as_ref(), k, &mut out);
            array(out, &[k, n, c_out, oh, ow])
        })
    }

    /// The cotangent of x [n, …], of the given shape, added up for pairs of w [M, …] and ȳ [L, n, …].
    pub(super) fn pull_input(&self, shape: &[usize], pairs: &[(Array, Array)]) -> Array {
        let (weight, cotangent) = &pairs[0];
        if !host::reaches(cotangent) {
            return self.pull_input_on_device(shape, pairs);
        }
        let [n, c, h, w] = [shape[0], shape[1], shape[2], shape[3]];
        let [_, c_out, c_in, kh, kw] = five(weight);
        let windows = self.windows([h, w], [c_out, c_in, kh, kw]);
        let k = directions(pairs, None);
        with_real!(cotangent, T => {
            let mut out = scratch(k * n * c * h * w);
            windows.pull_input::<T>(&borrow(&load(pairs)), k, &mut out);
            array(out, &[k, n, c, h, w])
        })
    }

    /// The cotangent of w, of the given shape, added up for pairs of x [L, n, …] and ȳ [M, n, …].
    pub(super) fn pull_weight(&self, shape: &[usize], pairs: &[(Array, Array)]) -> Array {
        let (x, cotangent) = &pairs[0];
        if !host::reaches(cotangent) {
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
