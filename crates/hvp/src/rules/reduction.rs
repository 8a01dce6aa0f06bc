//! Sums and means over an axis.

use super::{PerInput, Point, Rule, Saved, Sharing};
use crate::array::Array;

/// `scale` times the sum over one axis, which stays with extent one.
#[derive(Clone, Copy, Debug)]
pub struct SumDim {
    /// The axis.
    pub dim: usize,
    /// The factor: 1 for the sum, 1/n for the mean.
    pub scale: f64,
}

impl SumDim {
    fn scaled(&self, array: Array) -> Array {
        if self.scale == 1.0 {
            array
        } else {
            array.scale(self.scale)
        }
    }
}

impl Rule for SumDim {
    fn name(&self) -> &str {
        "sum_dim"
    }

    fn curved(&self) -> bool {
        false
    }

    fn shared_scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    fn sharing(&self) -> Sharing {
        Sharing::Views
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (self.scaled(inputs[0].sum_dim(self.dim)), Saved::default())
    }

    fn jvp(&self, _at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0]
            .as_ref()
            .map(|tangent| self.scaled(tangent.sum_dim(self.dim + 1)))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let mut shape = vec![cotangent.shape()[0]];
        shape.extend(at.inputs[0].shape());
        vec![Some(self.scaled(cotangent.clone()).expand(&shape))]
    }
}
