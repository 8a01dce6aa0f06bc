//! Operations that only move numbers.

use super::{PerInput, Point, Rule, Saved, Sharing, numbers};
use crate::array::Array;

fn behind_directions(directions: usize, shape: &[usize]) -> Vec<usize> {
    let mut lifted = vec![directions];
    lifted.extend(shape);
    lifted
}

/// The same numbers under another shape.
#[derive(Clone, Debug)]
pub struct Reshape {
    /// The new shape.
    pub shape: Vec<usize>,
}

impl Rule for Reshape {
    fn name(&self) -> &str {
        "reshape"
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
        Sharing::Everything
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].reshape(&self.shape), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0]
            .as_ref()
            .map(|tangent| tangent.reshape(&behind_directions(tangent.shape()[0], &self.shape)))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let shape = behind_directions(cotangent.shape()[0], &at.inputs[0].shape());
        vec![Some(cotangent.reshape(&shape))]
    }
}

/// The axes in another order.
#[derive(Clone, Debug)]
pub struct Permute {
    /// Axis `i` of the value is axis `axes[i]` of the input.
    pub axes: Vec<usize>,
}

impl Permute {
    /// The permutation that exchanges two of `rank` axes.
    pub fn swap(rank: usize, first: usize, second: usize) -> Self {
        let mut axes: Vec<usize> = (0..rank).collect();
        axes.swap(first, second);
        Permute { axes }
    }

    /// The permutation with the axis of directions left in front.
    fn lifted(axes: &[usize]) -> Vec<usize> {
        let mut lifted = vec![0];
        lifted.extend(axes.iter().map(|axis| axis + 1));
        lifted
    }
}

impl Rule for Permute {
    fn name(&self) -> &str {
        "permute"
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
        Sharing::Reordered
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].permute(&self.axes), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0]
            .as_ref()
            .map(|tangent| tangent.permute(&Self::lifted(&self.axes)))
    }

    fn vjp(&self, _at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let mut inverse = vec![0; self.axes.len()];
        for (to, &from) in self.axes.iter().enumerate() {
            inverse[from] = to;
        }
        vec![Some(cotangent.permute(&Self::lifted(&inverse)))]
    }
}

/// Tensors one after another along an axis.
#[derive(Clone, Debug)]
pub struct Cat {
    /// The axis.
    pub dim: usize,
}

impl Rule for Cat {
    fn name(&self) -> &str {
        "cat"
    }

    fn curved(&self) -> bool {
        false
    }

    /// Zeros for absent tangents.
    fn scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn sharing(&self) -> Sharing {
        Sharing::Views
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (Array::cat(inputs, self.dim), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let present = tangents.iter().flatten().next()?;
        let directions = present.shape()[0];
        let parts: Vec<Array> = tangents
            .iter()
            .zip(at.inputs)
            .map(|(tangent, input)| {
                tangent.clone().unwrap_or_else(|| {
                    present.zeros_of(&behind_directions(directions, &input.shape()))
                })
            })
            .collect();
        Some(Array::cat(&parts, self.dim + 1))
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let mut start = 0;
        at.inputs
            .iter()
            .zip(wanted)
            .map(|(input, &wanted)| {
                let end = start + input.shape()[self.dim];
                let part = wanted.then(|| cotangent.slice(self.dim + 1, start, end));
                start = end;
                part
            })
            .collect()
    }
}
