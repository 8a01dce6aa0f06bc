//! The contractions on devices: on GPUs as products of matrices of tiles or of windows ([`super::tiles`],
//! [`super::matrices`]), elsewhere through Burn's own convolutions.
//!
//! One of the two arguments may have K directions, which are folded into an axis the convolution
//! already has, so that K directions are one large convolution rather than K small ones.

use burn_backend::ops::ModuleOps;
use burn_dispatch::Dispatch;

use super::geometry::{Conv2d, five, shape_only};
use crate::array::{Array, sum};

/// Directions of images folded into the batch: [K, n, …] to [K n, …].
fn into_batch(array: &Array) -> Array {
    let [k, n, c, h, w] = five(array);
    array.reshape(&[k * n, c, h, w])
}

/// The sum of what `contract` gives for each pair.
pub(super) fn total(pairs: &[(Array, Array)], contract: impl Fn(&Array, &Array) -> Array) -> Array {
    pairs
        .iter()
        .fold(None, |total, (first, second)| {
            sum(total, Some(contract(first, second)))
        })
        .expect("a contraction has a pair of arguments")
}

/// Images [K, n, c, …] and a bias [K, c], if there is one.
fn with_bias(value: Array, bias: Option<&Array>) -> Array {
    let Some(bias) = bias else {
        return value;
    };
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(&value) {
        use crate::array::device::channels::{ChannelTerm, combine};
        let images = ChannelTerm {
            images: &value,
            center: None,
            factor: None,
        };
        return combine(&[images], Some(bias));
    }
    let [k, c] = [bias.shape()[0], bias.shape()[1]];
    value.plus(bias.reshape(&[k, 1, c, 1, 1]))
}

#[cfg(feature = "gpu")]
fn on_gpu(pairs: &[(Array, Array)]) -> bool {
    crate::array::device::reaches(&pairs[0].0)
}

impl Conv2d {
    fn conv(&self, x: &Array, weight: &Array) -> Array {
        Array(Dispatch::conv2d(
            x.0.clone(),
            weight.0.clone(),
            None,
            self.options(),
        ))
    }

    /// Directions folded into the channels of each group: [K, n, g c, …] to [n, g K c, …].
    fn to_channels(&self, array: &Array) -> Array {
        let [k, n, c, h, w] = five(array);
        array
            .reshape(&[k, n, self.groups, c / self.groups, h, w])
            .permute(&[1, 2, 0, 3, 4, 5])
            .reshape(&[n, k * c, h, w])
    }

    /// The inverse of [`to_channels`](Self::to_channels).
    fn out_of_channels(&self, array: &Array, k: usize) -> Array {
        let [_, n, kc, h, w] = five(&array.unsqueeze());
        let c = kc / k;
        array
            .reshape(&[n, self.groups, k, c / self.groups, h, w])
            .permute(&[2, 0, 1, 3, 4, 5])
            .reshape(&[k, n, c, h, w])
    }

    pub(super) fn forward_on_device(
        &self,
        pairs: &[(Array, Array)],
        bias: Option<&Array>,
    ) -> Array {
        #[cfg(feature = "gpu")]
        if on_gpu(pairs) {
            let [_, filters, channels, kh, kw] = five(&pairs[0].1);
            let value = if self.in_tiles([kh, kw], channels, filters) {
                self.forward_by_tiles(pairs)
            } else {
                self.forward_by_matrices(pairs)
            };
            return with_bias(value, bias);
        }
        let value = total(pairs, |x, weight| self.forward_pair(x, weight));
        with_bias(value, bias)
    }

    pub(super) fn pull_input_on_device(&self, shape: &[usize], pairs: &[(Array, Array)]) -> Array {
        #[cfg(feature = "gpu")]
        if on_gpu(pairs) {
            let [_, filters, channels, kh, kw] = five(&pairs[0].0);
            if self.in_tiles([kh, kw], filters, channels) {
                return self.pull_input_by_tiles(shape, pairs);
            }
            return self.pull_input_by_matrices(shape, pairs);
        }
        total(pairs, |weight, cotangent| {
            self.pull_input_pair(shape, weight, cotangent)
        })
    }

    pub(super) fn pull_weight_on_device(&self, shape: &[usize], pairs: &[(Array, Array)]) -> Array {
        #[cfg(feature = "gpu")]
        if on_gpu(pairs) {
            let [filters, channels, kh, kw] = [shape[0], shape[1], shape[2], shape[3]];
            if self.in_tiles([kh, kw], channels, filters) {
                return self.pull_weight_by_tiles(pairs);
            }
            return self.pull_weight_by_matrices(shape, pairs);
        }
        total(pairs, |x, cotangent| {
            self.pull_weight_pair(shape, x, cotangent)
        })
    }

    fn forward_pair(&self, x: &Array, weight: &Array) -> Array {
        let [k, c_out, c_in, kh, kw] = five(weight);
        if k == 1 {
            let [l, n, ..] = five(x);
            let weight = weight.reshape(&[c_out, c_in, kh, kw]);
            let y = self.conv(&into_batch(x), &weight);
            let shape = y.shape();
            return y.reshape(&[l, n, shape[1], shape[2], shape[3]]);
        }
        let g = self.groups;
        let weight = weight
            .reshape(&[k, g, c_out / g, c_in, kh, kw])
            .permute(&[1, 0, 2, 3, 4, 5])
            .reshape(&[k * c_out, c_in, kh, kw]);
        self.out_of_channels(&self.conv(&into_batch(x), &weight), k)
    }

    fn pull_input_pair(&self, shape: &[usize], weight: &Array, cotangent: &Array) -> Array {
        let [k, c_out, c_in, kh, kw] = five(weight);
        let [l, n, ..] = five(cotangent);
        let folded = into_batch(cotangent);
        let [channels, height, width] = [shape[1], shape[2], shape[3]];
        let pull = |weight: Array, channels: usize| {
            let input = shape_only(cotangent, &[l * n, channels, height, width]);
            Array(Dispatch::conv2d_x_backward(
                input.0,
                weight.0,
                folded.0.clone(),
                self.options(),
            ))
        };
        if k == 1 {
            let pulled = pull(weight.reshape(&[c_out, c_in, kh, kw]), channels);
            return pulled.reshape(&[l, n, channels, height, width]);
        }
        let weight = weight
            .permute(&[1, 0, 2, 3, 4])
            .reshape(&[c_out, k * c_in, kh, kw]);
        self.out_of_channels(&pull(weight, k * channels), k)
    }

    fn pull_weight_pair(&self, shape: &[usize], x: &Array, cotangent: &Array) -> Array {
        let [c_out, c_in, kh, kw] = [shape[0], shape[1], shape[2], shape[3]];
        let k_input = x.shape()[0];
        let k_output = cotangent.shape()[0];
        let pulled = Array(Dispatch::conv2d_weight_backward(
            self.to_channels(x).0,
            shape_only(x, &[k_output * c_out, k_input * c_in, kh, kw]).0,
            self.to_channels(cotangent).0,
            self.options(),
        ));
        if k_output > 1 {
            let g = self.groups;
            return pulled
                .reshape(&[g, k_output, c_out / g, c_in, kh, kw])
                .permute(&[1, 0, 2, 3, 4, 5])
                .reshape(&[k_output, c_out, c_in, kh, kw]);
        }
        pulled
            .reshape(&[c_out, k_input, c_in, kh, kw])
            .permute(&[1, 0, 2, 3, 4])
    }
}
