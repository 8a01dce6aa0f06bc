//! Convolution over images and its transpose.
//!
//! Both are bilinear, so every derivative is one of three contractions with one argument exchanged
//! for a tangent or a cotangent: `forward` takes images and weights, `pull_input` weights and
//! cotangents, `pull_weight` images and cotangents. The product rule adds up pairs of arguments, of
//! which one of each pair may have K directions (`contraction.rs`).

use burn_backend::ops::ConvOptions;

use super::per_channel::{repeated, sums};
use super::{Cotangents, PerInput, Point, Rule, Saved};
use crate::array::Array;

mod contraction;
mod device;
mod transposed;

pub use transposed::ConvTranspose2d;

use contraction::Pairs;

/// `y = conv(x, w) + b` with x `[n, c_in, h, w]`, w `[c_out, c_in / groups, k_h, k_w]`, b `[c_out]` or
/// none.
#[derive(Clone, Debug)]
pub struct Conv2d {
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros before and after each spatial axis.
    pub padding: [(usize, usize); 2],
    /// Steps between the elements of a window.
    pub dilation: [usize; 2],
    /// Blocks of channels that do not see each other.
    pub groups: usize,
}

/// The extents of a tensor [K, n, c, h, w].
fn five(array: &Array) -> [usize; 5] {
    let shape = array.shape();
    [shape[0], shape[1], shape[2], shape[3], shape[4]]
}

/// A tensor of which only the shape matters, without memory of its own.
pub(in crate::rules) fn shape_only(like: &Array, shape: &[usize]) -> Array {
    like.zeros_of(&vec![1; shape.len()]).expand(shape)
}

/// The terms of the product rule of which both factors are there.
fn pairs(terms: [(Option<&Array>, Option<&Array>); 2]) -> Pairs {
    terms
        .into_iter()
        .filter_map(|(first, second)| Some((first?.clone(), second?.clone())))
        .collect()
}

/// The cotangent of a bias [K, c]: sums over everything but directions and channels.
fn pull_bias(cotangent: &Array) -> Array {
    sums(cotangent, &[]).0
}

impl Conv2d {
    fn options(&self) -> ConvOptions<2> {
        ConvOptions::new_with_padding(self.stride, self.padding, self.dilation, self.groups)
    }

    /// The extents of the output for an image of this height and width.
    fn output(&self, image: [usize; 2], kernel: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let (before, after) = self.padding[axis];
            let window = self.dilation[axis] * (kernel[axis] - 1) + 1;
            (image[axis] + before + after - window) / self.stride[axis] + 1
        })
    }
}

impl Rule for Conv2d {
    fn name(&self) -> &str {
        "conv2d"
    }

    /// In host memory a few hundred pixels are unfolded at a time, which is nothing beside the images.
    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let window: usize = inputs[1][1..].iter().product();
        window * value.iter().product::<usize>()
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let pairs = vec![(inputs[0].unsqueeze(), inputs[1].unsqueeze())];
        let bias = inputs.get(2).map(Array::unsqueeze);
        let value = self.forward(&pairs, bias.as_ref());
        (value.reshape(&value.shape()[1..]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let [x, weight] = [0, 1].map(|index| at.inputs[index].unsqueeze());
        let terms = pairs([
            (tangents[0].as_ref(), Some(&weight)),
            (Some(&x), tangents[1].as_ref()),
        ]);
        let bias = tangents.get(2).and_then(Option::as_ref);
        if terms.is_empty() {
            return bias.map(|bias| repeated(bias, &at.value.shape()));
        }
        Some(self.forward(&terms, bias))
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let still = vec![None; wanted.len()];
        self.pull_tangent(at, &still, Cotangents::tangent(cotangent), wanted)
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        self.pull_tangent(at, tangents, Cotangents::primal(cotangent), wanted)
    }

    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        let [x, weight] = [0, 1].map(|index| at.inputs[index].unsqueeze());
        let for_input = pairs([
            (Some(&weight), cotangents.tangent),
            (tangents[1].as_ref(), cotangents.primal),
        ]);
        let for_weight = pairs([
            (Some(&x), cotangents.tangent),
            (tangents[0].as_ref(), cotangents.primal),
        ]);
        let mut pulled = vec![
            (wanted[0] && !for_input.is_empty())
                .then(|| self.pull_input(&at.inputs[0].shape(), &for_input)),
            (wanted[1] && !for_weight.is_empty())
                .then(|| self.pull_weight(&at.inputs[1].shape(), &for_weight)),
        ];
        if let Some(&wanted) = wanted.get(2) {
            pulled.push(cotangents.tangent.filter(|_| wanted).map(pull_bias));
        }
        pulled
    }
}
