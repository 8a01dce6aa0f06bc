//! Rules of linear maps of one tensor.

use std::fmt::Debug;

use super::{PerInput, Point, Rule, Saved, Sharing, behind_directions, numbers};
use crate::array::Array;

/// A linear map of the first input, and its transpose. Other inputs, such as indices, carry no tangent.
pub(super) trait LinearMap: Debug + Send + Sync {
    /// The name of the operation.
    const NAME: &'static str;
    /// What shares the memory of what went in.
    const SHARING: Sharing = Sharing::Nothing;

    /// See [`Rule::looked_up`].
    fn looked_up(&self) -> Option<usize> {
        None
    }

    /// The map of `x`, which has `ahead` axes of directions in front of its own: none or one.
    fn map(&self, x: &Array, inputs: &[Array], ahead: usize) -> Array;

    /// The transpose for a cotangent with an axis of directions in front; `shape` is that of the result.
    fn transpose(&self, cotangent: &Array, inputs: &[Array], shape: &[usize]) -> Array;

    /// Numbers computed on the way for each direction, and once for all.
    fn work(&self, input: &[usize], value: &[usize]) -> [usize; 2] {
        let _ = input;
        [numbers(value), 3 * numbers(value)]
    }
}

impl<L: LinearMap> Rule for L {
    fn name(&self) -> &str {
        L::NAME
    }

    fn curved(&self) -> bool {
        false
    }

    fn looked_up(&self) -> Option<usize> {
        LinearMap::looked_up(self)
    }

    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        self.work(inputs[0], value)[0]
    }

    fn shared_scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        self.work(inputs[0], value)[1]
    }

    fn sharing(&self) -> Sharing {
        L::SHARING
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (self.map(&inputs[0], inputs, 0), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let tangent = tangents[0].as_ref();
        tangent.map(|tangent| self.map(tangent, at.inputs, 1))
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let shape = behind_directions(cotangent.shape()[0], &at.inputs[0].shape());
        let mut pulled = vec![None; wanted.len()];
        pulled[0] = Some(self.transpose(cotangent, at.inputs, &shape));
        pulled
    }
}
