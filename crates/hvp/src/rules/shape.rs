//! Operations that only move numbers.

use super::linear_map::LinearMap;
use super::{PerInput, Point, Rule, Saved, Sharing, behind_directions, numbers};
use crate::array::Array;

/// The same numbers under another shape.
#[derive(Clone, Debug)]
pub struct Reshape {
    /// The new shape.
    pub shape: Vec<usize>,
}

impl LinearMap for Reshape {
    const NAME: &'static str = "reshape";
    const SHARING: Sharing = Sharing::Everything;

    fn work(&self, _input: &[usize], _value: &[usize]) -> [usize; 2] {
        [0, 0]
    }

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        x.reshape(&[&x.shape()[..ahead], &self.shape[..]].concat())
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], shape: &[usize]) -> Array {
        cotangent.reshape(shape)
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
}

impl LinearMap for Permute {
    const NAME: &'static str = "permute";
    const SHARING: Sharing = Sharing::Reordered;

    fn work(&self, _input: &[usize], _value: &[usize]) -> [usize; 2] {
        [0, 0]
    }

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        let own = self.axes.iter().map(|axis| axis + ahead);
        x.permute(&(0..ahead).chain(own).collect::<Vec<_>>())
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], _shape: &[usize]) -> Array {
        let mut inverse = vec![0; self.axes.len() + 1];
        for (to, &from) in self.axes.iter().enumerate() {
            inverse[from + 1] = to + 1;
        }
        cotangent.permute(&inverse)
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

impl LinearMap for Expand {
    const NAME: &'static str = "expand";

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        let shape = x.shape();
        let (front, own) = shape.split_at(ahead);
        x.reshape(&[front, &self.aligned(own)].concat())
            .expand(&[front, &self.shape].concat())
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], shape: &[usize]) -> Array {
        let aligned = behind_directions(shape[0], &self.aligned(&shape[1..]));
        cotangent.sum_to(&aligned).reshape(shape)
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

impl LinearMap for RepeatDim {
    const NAME: &'static str = "repeat_dim";

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        x.repeat_dim(self.dim + ahead, self.times)
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], shape: &[usize]) -> Array {
        let axis = self.dim + 1;
        // The repetitions on an axis of their own, before the one they lie along.
        let mut apart = shape.to_vec();
        apart.insert(axis, self.times);
        cotangent.reshape(&apart).sum_dim(axis).reshape(shape)
    }
}

/// The elements along some axes in reverse order.
#[derive(Clone, Debug)]
pub struct Flip {
    /// The axes.
    pub axes: Vec<usize>,
}

impl LinearMap for Flip {
    const NAME: &'static str = "flip";

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        let axes: Vec<usize> = self.axes.iter().map(|axis| axis + ahead).collect();
        x.flip(&axes)
    }

    fn transpose(&self, cotangent: &Array, inputs: &[Array], _shape: &[usize]) -> Array {
        self.map(cotangent, inputs, 1)
    }
}
