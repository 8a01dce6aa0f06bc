//! Convolution over images.
//!
//! Convolution is bilinear, so every derivative of it is one of its three contractions with one
//! argument exchanged for a tangent or a cotangent: `forward` takes images and weights,
//! `pull_input` weights and cotangents, `pull_weight` images and cotangents. In
//! each, one of the two arguments may have K directions, which are folded into an axis the
//! convolution already has, so that K directions are one large convolution rather than K small ones.

use burn_backend::{ops::ConvOptions, ops::ModuleOps};
use burn_dispatch::Dispatch;

use super::{PerInput, Point, Rule, Saved, numbers};
use crate::array::{Array, sum};
use crate::space::on_host;

mod columns;

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

impl Conv2d {
    fn options(&self) -> ConvOptions<2> {
        ConvOptions::new_with_padding(self.stride, self.padding, self.dilation, self.groups)
    }

    fn by_columns(&self, array: &Array) -> bool {
        self.has_plain_windows() && on_host(&array.device())
    }

    fn conv(&self, x: &Array, weight: &Array) -> Array {
        Array(Dispatch::conv2d(
            x.0.clone(),
            weight.0.clone(),
            None,
            self.options(),
        ))
    }

    /// Directions of images folded into the batch: [K, n, …] to [K n, …].
    fn into_batch(array: &Array) -> Array {
        let [k, n, c, h, w] = five(array);
        array.reshape(&[k * n, c, h, w])
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

    /// conv(x, w) for x [L, n, …] and w [M, …], L or M being 1.
    fn forward(&self, x: &Array, weight: &Array) -> Array {
        if self.by_columns(x) {
            return self.forward_by_columns(x, weight);
        }
        let [k, c_out, c_in, kh, kw] = five(weight);
        if k == 1 {
            let [l, n, ..] = five(x);
            let weight = weight.reshape(&[c_out, c_in, kh, kw]);
            let y = self.conv(&Self::into_batch(x), &weight);
            let shape = y.shape();
            return y.reshape(&[l, n, shape[1], shape[2], shape[3]]);
        }
        let g = self.groups;
        let weight = weight
            .reshape(&[k, g, c_out / g, c_in, kh, kw])
            .permute(&[1, 0, 2, 3, 4, 5])
            .reshape(&[k * c_out, c_in, kh, kw]);
        self.out_of_channels(&self.conv(&Self::into_batch(x), &weight), k)
    }

    /// The cotangent of x [n, …], of the given shape, for w [M, …] and ȳ [L, n, …].
    fn pull_input(&self, shape: &[usize], weight: &Array, cotangent: &Array) -> Array {
        if self.by_columns(cotangent) {
            return self.pull_input_by_columns(shape, weight, cotangent);
        }
        let [k, c_out, c_in, kh, kw] = five(weight);
        let [l, n, ..] = five(cotangent);
        let folded = Self::into_batch(cotangent);
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

    /// The cotangent of w, of the given shape, for x [L, n, …] and ȳ [M, n, …].
    fn pull_weight(&self, shape: &[usize], x: &Array, cotangent: &Array) -> Array {
        if self.by_columns(cotangent) {
            return self.pull_weight_by_columns(shape, x, cotangent);
        }
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

impl Rule for Conv2d {
    fn name(&self) -> &str {
        "conv2d"
    }

    /// By columns, what a pull-back to the images holds at its end: the reordered cotangent, its columns,
    /// the padded sum of their parts and one part. Otherwise folded copies of images and outputs.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let (image, weight) = (inputs[0], inputs[1]);
        if !self.has_plain_windows() {
            return 3 * numbers(image) + 2 * numbers(value);
        }
        let [(top, bottom), (left, right)] = self.padding;
        let padded = image[0] * image[1] * (image[2] + top + bottom) * (image[3] + left + right);
        let part = value[0] * weight[1] * numbers(&value[2..]);
        numbers(value) + padded + part * (numbers(&weight[2..]) + 1)
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let window: usize = inputs[1][1..].iter().product();
        window * value.iter().product::<usize>()
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        if self.by_columns(&inputs[0]) {
            let value = self.forward_by_columns(&inputs[0].unsqueeze(), &inputs[1].unsqueeze());
            let value = match inputs.get(2) {
                Some(bias) => value.plus(bias.reshape(&[1, 1, bias.shape()[0], 1, 1])),
                None => value,
            };
            let [_, n, c, h, w] = five(&value);
            return (value.reshape(&[n, c, h, w]), Saved::default());
        }
        let value = Dispatch::conv2d(
            inputs[0].0.clone(),
            inputs[1].0.clone(),
            inputs.get(2).map(|bias| bias.0.clone()),
            self.options(),
        );
        (Array(value), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let along_x = tangents[0]
            .as_ref()
            .map(|tangent| self.forward(tangent, &at.inputs[1].unsqueeze()));
        let along_weight = tangents[1]
            .as_ref()
            .map(|tangent| self.forward(&at.inputs[0].unsqueeze(), tangent));
        let bias = tangents.get(2).and_then(Option::as_ref).map(|tangent| {
            let [k, c] = [tangent.shape()[0], tangent.shape()[1]];
            tangent.reshape(&[k, 1, c, 1, 1])
        });
        match (sum(along_x, along_weight), bias) {
            (Some(total), Some(bias)) => Some(total.plus(bias)),
            (total, None) => total,
            (None, Some(bias)) => {
                let mut shape = vec![bias.shape()[0]];
                shape.extend(at.value.shape());
                Some(bias.expand(&shape))
            }
        }
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let [x, weight] = [&at.inputs[0], &at.inputs[1]];
        let mut pulled = vec![
            wanted[0].then(|| self.pull_input(&x.shape(), &weight.unsqueeze(), cotangent)),
            wanted[1].then(|| self.pull_weight(&weight.shape(), &x.unsqueeze(), cotangent)),
        ];
        if let Some(&wanted) = wanted.get(2) {
            pulled.push(wanted.then(|| {
                let [k, _, c, ..] = five(cotangent);
                cotangent.sum_dims(&[4, 3, 1]).reshape(&[k, c])
            }));
        }
        pulled
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        let mut pulled = vec![
            tangents[1]
                .as_ref()
                .filter(|_| wanted[0])
                .map(|tangent| self.pull_input(&at.inputs[0].shape(), tangent, cotangent)),
            tangents[0]
                .as_ref()
                .filter(|_| wanted[1])
                .map(|tangent| self.pull_weight(&at.inputs[1].shape(), tangent, cotangent)),
        ];
        pulled.resize(wanted.len(), None);
        pulled
    }
}
