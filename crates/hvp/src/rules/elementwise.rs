//! Arithmetic between tensors of one rank, with broadcasting, and with numbers.

use super::{PerInput, Point, Rule, Saved, Sharing, behind_directions, numbers};
use crate::array::{Array, sum};

/// Undoes the broadcasting of an input on a cotangent.
pub(super) fn unbroadcast(cotangent: Array, input: &Array) -> Array {
    let directions = cotangent.shape()[0];
    cotangent.sum_to(&behind_directions(directions, &input.shape()))
}

/// A tangent repeated along the axes that broadcasting repeats.
pub(super) fn broadcast(tangent: &Array, value: &Array) -> Array {
    tangent.expand(&behind_directions(tangent.shape()[0], &value.shape()))
}

/// The tangent of an input as that of a term of the value.
fn whole(at: Point, tangents: &[Option<Array>], index: usize) -> Option<Array> {
    let tangent = tangents[index].as_ref()?;
    Some(broadcast(tangent, at.value))
}

/// The cotangent of a term of a sum.
fn term(cotangent: &Array, input: &Array) -> Array {
    unbroadcast(cotangent.clone(), input)
}

/// `y = a + b`.
#[derive(Clone, Copy, Debug)]
pub struct Add;

impl Rule for Add {
    fn name(&self) -> &str {
        "add"
    }

    fn curved(&self) -> bool {
        false
    }

    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn sharing(&self) -> Sharing {
        Sharing::Cotangents
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].add(&inputs[1]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let [a, b] = [0, 1].map(|index| whole(at, tangents, index));
        sum(a, b)
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let pull = |index: usize| wanted[index].then(|| term(cotangent, &at.inputs[index]));
        vec![pull(0), pull(1)]
    }
}

/// `y = a - b`.
#[derive(Clone, Copy, Debug)]
pub struct Sub;

impl Rule for Sub {
    fn name(&self) -> &str {
        "sub"
    }

    fn curved(&self) -> bool {
        false
    }

    /// The sums of a cotangent that are then negated.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        if inputs[1] == value {
            0
        } else {
            numbers(inputs[1])
        }
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].sub(&inputs[1]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        match [0, 1].map(|index| whole(at, tangents, index)) {
            [Some(a), Some(b)] => Some(a.sub(&b)),
            [a, b] => a.or(b.map(|b| b.neg())),
        }
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        vec![
            wanted[0].then(|| term(cotangent, &at.inputs[0])),
            wanted[1].then(|| term(cotangent, &at.inputs[1]).neg()),
        ]
    }
}

/// `y = a · b` for each element.
#[derive(Clone, Copy, Debug)]
pub struct Mul;

impl Rule for Mul {
    fn name(&self) -> &str {
        "mul"
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].mul(&inputs[1]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let along = |index: usize| {
            let other = &at.inputs[1 - index];
            tangents[index]
                .as_ref()
                .map(|tangent| tangent.mul(&other.unsqueeze()))
        };
        sum(along(0), along(1))
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        [0, 1]
            .map(|index| {
                let other = &at.inputs[1 - index];
                wanted[index]
                    .then(|| unbroadcast(cotangent.mul(&other.unsqueeze()), &at.inputs[index]))
            })
            .to_vec()
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        [0, 1]
            .map(|index| {
                let other = tangents[1 - index].as_ref().filter(|_| wanted[index])?;
                Some(unbroadcast(cotangent.mul(other), &at.inputs[index]))
            })
            .to_vec()
    }
}

/// `y = a / b` for each element.
#[derive(Clone, Copy, Debug)]
pub struct Div;

impl Rule for Div {
    fn name(&self) -> &str {
        "div"
    }

    fn scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        3 * numbers(value)
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].div(&inputs[1]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let inverse = at.inputs[1].recip().unsqueeze();
        let value = at.value.unsqueeze();
        sum(
            tangents[0].as_ref().map(|tangent| tangent.mul(&inverse)),
            tangents[1]
                .as_ref()
                .map(|tangent| tangent.mul(&inverse).mul(&value).neg()),
        )
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let scaled = cotangent.mul(&at.inputs[1].recip().unsqueeze());
        vec![
            wanted[0].then(|| unbroadcast(scaled.clone(), &at.inputs[0])),
            wanted[1].then(|| unbroadcast(scaled.mul(&at.value.unsqueeze()).neg(), &at.inputs[1])),
        ]
    }

    /// With r = 1/b: d(r ȳ) = -r² ḃ ȳ and d(-r y ȳ) = (2 r² y ḃ - r² ȧ) ȳ.
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        let inverse = at.inputs[1].recip().unsqueeze();
        let scaled = cotangent.mul(&inverse).mul(&inverse).neg();
        let along_first = tangents[0].as_ref().map(|tangent| scaled.mul(tangent));
        let along_second = tangents[1].as_ref().map(|tangent| scaled.mul(tangent));
        let second = || {
            let curvature = along_second
                .as_ref()
                .map(|along| along.mul(&at.value.unsqueeze()).scale(-2.0));
            sum(along_first.clone(), curvature)
        };
        vec![
            along_second
                .clone()
                .filter(|_| wanted[0])
                .map(|along| unbroadcast(along, &at.inputs[0])),
            wanted[1]
                .then(second)
                .flatten()
                .map(|along| unbroadcast(along, &at.inputs[1])),
        ]
    }
}

/// `y = scale · x + shift` with numbers.
#[derive(Clone, Copy, Debug)]
pub struct Affine {
    /// The factor.
    pub scale: f64,
    /// The summand.
    pub shift: f64,
}

impl Affine {
    fn linear(&self, x: &Array) -> Array {
        if self.scale == 1.0 {
            x.clone()
        } else {
            x.scale(self.scale)
        }
    }
}

impl Rule for Affine {
    fn name(&self) -> &str {
        "affine"
    }

    fn curved(&self) -> bool {
        false
    }

    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let scaled = self.linear(&inputs[0]);
        let value = if self.shift == 0.0 {
            scaled
        } else {
            scaled.add_scalar(self.shift)
        };
        (value, Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0].as_ref().map(|tangent| self.linear(tangent))
    }

    fn vjp(&self, _at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        vec![Some(self.linear(cotangent))]
    }
}
