//! The transpose of convolution over images.

use super::contraction::{pairs, pull_bias};
use super::geometry::Conv2d;
use crate::array::Array;
use crate::rules::per_channel::repeated;
use crate::rules::{Cotangents, PerInput, Point, Rule, Saved, numbers, pulled_together};

/// `y = convᵀ(x, w) + b`, the transpose of x ↦ conv(x, w), with x `[n, c_in, h, w]`, w
/// `[c_in, c_out / groups, k_h, k_w]`, b `[c_out]` or none.
///
/// Its contractions are convolution's with inputs and outputs exchanged.
#[derive(Clone, Debug)]
pub struct ConvTranspose2d {
    /// Steps between windows on the output.
    pub stride: [usize; 2],
    /// Rows and columns cut from each side of the output.
    pub padding: [usize; 2],
    /// Rows and columns added at the end of the output.
    pub padding_out: [usize; 2],
    /// Steps between the elements of a window.
    pub dilation: [usize; 2],
    /// Blocks of channels that do not see each other.
    pub groups: usize,
}

impl ConvTranspose2d {
    /// The convolution it is the transpose of.
    fn convolution(&self) -> Conv2d {
        Conv2d {
            stride: self.stride,
            padding: self.padding.map(|padding| (padding, padding)),
            dilation: self.dilation,
            groups: self.groups,
        }
    }

    /// The shape of the value.
    fn output(&self, x: &[usize], weight: &[usize]) -> Vec<usize> {
        let spatial = [0, 1].map(|axis| {
            let window = self.dilation[axis] * (weight[axis + 2] - 1) + 1;
            (x[axis + 2] - 1) * self.stride[axis] + window + self.padding_out[axis]
                - 2 * self.padding[axis]
        });
        vec![x[0], weight[1] * self.groups, spatial[0], spatial[1]]
    }
}

impl Rule for ConvTranspose2d {
    fn name(&self) -> &str {
        "conv_transpose2d"
    }

    /// A second tangent, with the bias added, and what the convolution of which it is the transpose takes.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value) + self.convolution().scratch(&[value, inputs[1]], inputs[0])
    }

    fn shared_scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        self.convolution()
            .shared_scratch(&[value, inputs[1]], inputs[0])
    }

    fn multiply_adds(&self, inputs: &[&[usize]], _value: &[usize]) -> usize {
        let window: usize = inputs[1][1..].iter().product();
        window * inputs[0].iter().product::<usize>()
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let shape = self.output(&inputs[0].shape(), &inputs[1].shape());
        let pairs = [(inputs[1].unsqueeze(), inputs[0].unsqueeze())];
        let value = self.convolution().pull_input(&shape, &pairs, None);
        let value = match inputs.get(2) {
            Some(bias) => value.plus(repeated(&bias.unsqueeze(), &shape)),
            None => value,
        };
        (value.reshape(&shape), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let [x, weight] = [0, 1].map(|index| at.inputs[index].unsqueeze());
        let terms = pairs([
            (Some(&weight), tangents[0].as_ref()),
            (tangents[1].as_ref(), Some(&x)),
        ]);
        let shape = at.value.shape();
        let bias = tangents.get(2).and_then(Option::as_ref);
        crate::array::sum(
            (!terms.is_empty()).then(|| self.convolution().pull_input(&shape, &terms, None)),
            bias.map(|bias| repeated(bias, &shape)),
        )
    }

    pulled_together!();

    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        let [x, weight] = [0, 1].map(|index| at.inputs[index].unsqueeze());
        let for_input = pairs([
            (cotangents.tangent, Some(&weight)),
            (cotangents.primal, tangents[1].as_ref()),
        ]);
        let for_weight = pairs([
            (cotangents.tangent, Some(&x)),
            (cotangents.primal, tangents[0].as_ref()),
        ]);
        let convolution = self.convolution();
        let mut pulled = vec![
            (wanted[0] && !for_input.is_empty())
                .then(|| convolution.forward(&for_input, None, None)),
            (wanted[1] && !for_weight.is_empty())
                .then(|| convolution.pull_weight(&at.inputs[1].shape(), &for_weight)),
        ];
        if let Some(&wanted) = wanted.get(2) {
            pulled.push(cotangents.tangent.filter(|_| wanted).map(pull_bias));
        }
        pulled
    }
}
