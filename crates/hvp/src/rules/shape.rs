//! Operations that only move numbers.

use super::{PerInput, Point, Rule, Saved, Sharing, behind_directions, numbers};
use crate::array::Array;

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

/// Axes of extent one repeated, and new ones of any extent in front.
#[derive(Clone, Debug)]
pub struct Expand {
    /// The new shape, of as many axes or more.
    pub shape: Vec<usize>,
}

impl Expand {
    /// The extents of `input` with axes of extent one in front, as many as the new shape has.
    fn aligned(&self, input: &[usize]) -> Vec<usize> {
        let mut aligned = vec![1; self.shape.len() - input.len()];
        aligned.extend(input);
        aligned
    }
}

impl Rule for Expand {
    fn name(&self) -> &str {
        "expand"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let aligned = inputs[0].reshape(&self.aligned(&inputs[0].shape()));
        (aligned.expand(&self.shape), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let aligned = self.aligned(&at.inputs[0].shape());
        tangents[0].as_ref().map(|tangent| {
            let directions = tangent.shape()[0];
            tangent
                .reshape(&behind_directions(directions, &aligned))
                .expand(&behind_directions(directions, &self.shape))
        })
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let directions = cotangent.shape()[0];
        let input = at.inputs[0].shape();
        let aligned = behind_directions(directions, &self.aligned(&input));
        let summed = cotangent.sum_to(&aligned);
        vec![Some(summed.reshape(&behind_directions(directions, &input)))]
    }
}

/// A tensor several times one after another along an axis.
#[derive(Clone, Copy, Debug)]
pub struct RepeatDim {
    /// The axis.
    pub dim: usize,
    /// How many times.
    pub times: usize,
}

impl Rule for RepeatDim {
    fn name(&self) -> &str {
        "repeat_dim"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].repeat_dim(self.dim, self.times), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0]
            .as_ref()
            .map(|tangent| tangent.repeat_dim(self.dim + 1, self.times))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let shape = behind_directions(cotangent.shape()[0], &at.inputs[0].shape());
        let axis = self.dim + 1;
        // The repetitions on an axis of their own, before the one they lie along.
        let mut apart = shape.clone();
        apart.insert(axis, self.times);
        vec![Some(
            cotangent.reshape(&apart).sum_dim(axis).reshape(&shape),
        )]
    }
}

/// The elements along some axes in reverse order.
#[derive(Clone, Debug)]
pub struct Flip {
    /// The axes.
    pub axes: Vec<usize>,
}

impl Flip {
    fn lifted(&self, array: &Array) -> Array {
        let axes: Vec<usize> = self.axes.iter().map(|axis| axis + 1).collect();
        array.flip(&axes)
    }
}

impl Rule for Flip {
    fn name(&self) -> &str {
        "flip"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (inputs[0].flip(&self.axes), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0].as_ref().map(|tangent| self.lifted(tangent))
    }

    fn vjp(&self, _at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        vec![Some(self.lifted(cotangent))]
    }
}
