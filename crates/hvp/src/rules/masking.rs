//! Choices between two tensors, element by element.

use super::elementwise::{broadcast, unbroadcast};
use super::{PerInput, Point, Rule, Saved};
use crate::array::{Array, sum};

const TENSOR: usize = 0;
const MASK: usize = 1;
const VALUE: usize = 2;

/// The mask for as many directions as a tangent or cotangent has.
fn mask_beside(mask: &Array, beside: &Array) -> Array {
    mask.unsqueeze().expand(&beside.shape())
}

/// The elements where the mask does not hold, zero where it does. Not a product with the mask: what is
/// masked out may be infinite.
fn outside(array: &Array, mask: &Array) -> Array {
    array.mask_fill(&mask_beside(mask, array), 0.0)
}

/// The elements where the mask holds, zero elsewhere.
fn inside(array: &Array, mask: &Array) -> Array {
    array
        .zeros_of(&array.shape())
        .mask_where(&mask_beside(mask, array), array)
}

/// `y = c` where a mask says so and `y = x` elsewhere, for x and a mask that broadcast.
#[derive(Clone, Debug)]
pub struct MaskFill {
    /// c.
    pub value: f64,
    /// The shape both broadcast to.
    pub shape: Vec<usize>,
}

impl Rule for MaskFill {
    fn name(&self) -> &str {
        "mask_fill"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let mask = inputs[MASK].expand(&self.shape);
        let value = inputs[TENSOR]
            .expand(&self.shape)
            .mask_fill(&mask, self.value);
        (value, Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[TENSOR]
            .as_ref()
            .map(|tangent| outside(&broadcast(tangent, at.value), &at.inputs[MASK]))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let pulled = outside(cotangent, &at.inputs[MASK]);
        vec![Some(unbroadcast(pulled, &at.inputs[TENSOR])), None]
    }
}

/// `y = b` where a mask says so and `y = a` elsewhere, for a, a mask and b that broadcast.
#[derive(Clone, Debug)]
pub struct MaskWhere {
    /// The shape all broadcast to.
    pub shape: Vec<usize>,
}

impl Rule for MaskWhere {
    fn name(&self) -> &str {
        "mask_where"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let [tensor, mask, value] =
            [TENSOR, MASK, VALUE].map(|index| inputs[index].expand(&self.shape));
        (tensor.mask_where(&mask, &value), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let mask = &at.inputs[MASK];
        sum(
            tangents[TENSOR]
                .as_ref()
                .map(|tangent| outside(&broadcast(tangent, at.value), mask)),
            tangents[VALUE]
                .as_ref()
                .map(|tangent| inside(&broadcast(tangent, at.value), mask)),
        )
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let mask = &at.inputs[MASK];
        let pulled = |index: usize, part: &dyn Fn(&Array, &Array) -> Array| {
            wanted[index].then(|| unbroadcast(part(cotangent, mask), &at.inputs[index]))
        };
        vec![pulled(TENSOR, &outside), None, pulled(VALUE, &inside)]
    }
}
