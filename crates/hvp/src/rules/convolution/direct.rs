//! The rule of convolution over images.

use super::contraction::{pairs, pull_bias};
use super::geometry::Conv2d;
use crate::array::Array;
use crate::rules::per_channel::repeated;
use crate::rules::{Cotangents, PerInput, Point, Rule, Saved, pulled_together};

impl Rule for Conv2d {
    fn name(&self) -> &str {
        "conv2d"
    }

    /// In host memory a few hundred pixels are unfolded or transformed at a time, which is nothing beside the images; but
    /// all of the weights, and as much again of their cotangents.
    fn scratch(&self, inputs: &[&[usize]], _value: &[usize]) -> usize {
        2 * self.transformed_numbers(inputs[0], inputs[1])
    }

    /// Sums of the cotangents of the weights over parts of the images.
    fn shared_scratch(&self, inputs: &[&[usize]], _value: &[usize]) -> usize {
        self.windows_of(inputs[0], inputs[1]).sums_by_pixels()
    }

    fn saved(&self, inputs: &[&[usize]], _value: &[usize]) -> usize {
        self.transformed_numbers(inputs[0], inputs[1])
    }

    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let window: usize = inputs[1][1..].iter().product();
        window * value.iter().product::<usize>()
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let pairs = vec![(inputs[0].unsqueeze(), inputs[1].unsqueeze())];
        let bias = inputs.get(2).map(Array::unsqueeze);
        let transformed = self.transformed(&inputs[0].shape(), &inputs[1]);
        let value = self.forward(&pairs, transformed.as_ref(), bias.as_ref());
        let saved = Saved {
            floats: transformed.into_iter().collect(),
            indices: Vec::new(),
        };
        (value.reshape(&value.shape()[1..]), saved)
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
        let known = tangents[0].as_ref().and(at.saved.floats.first());
        Some(self.forward(&terms, known, bias))
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
            (Some(&weight), cotangents.tangent),
            (tangents[1].as_ref(), cotangents.primal),
        ]);
        let for_weight = pairs([
            (Some(&x), cotangents.tangent),
            (tangents[0].as_ref(), cotangents.primal),
        ]);
        let known = cotangents.tangent.and(at.saved.floats.first());
        let mut pulled = vec![
            (wanted[0] && !for_input.is_empty())
                .then(|| self.pull_input(&at.inputs[0].shape(), &for_input, known)),
            (wanted[1] && !for_weight.is_empty())
                .then(|| self.pull_weight(&at.inputs[1].shape(), &for_weight)),
        ];
        if let Some(&wanted) = wanted.get(2) {
            pulled.push(cotangents.tangent.filter(|_| wanted).map(pull_bias));
        }
        pulled
    }
}
