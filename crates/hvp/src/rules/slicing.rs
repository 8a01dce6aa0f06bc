//! Parts of tensors, chosen by a slice an axis; slices may take steps and go backwards.

use burn_backend::Slice as Range;

use super::linear_map::LinearMap;
use super::{PerInput, Point, Rule, Saved, behind_directions};
use crate::array::{Array, sum};

/// The slices with all of the directions in front.
fn lifted(ranges: &[Range], directions: usize) -> Vec<Range> {
    let mut lifted = vec![Range::from(0..directions)];
    lifted.extend(ranges);
    lifted
}

/// The part of a tensor that its slices choose.
#[derive(Clone, Debug)]
pub struct Slice {
    /// One an axis.
    pub ranges: Vec<Range>,
}

impl LinearMap for Slice {
    const NAME: &'static str = "slice";

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        match ahead {
            0 => x.slices(&self.ranges),
            _ => x.slices(&lifted(&self.ranges, x.shape()[0])),
        }
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], shape: &[usize]) -> Array {
        let zeros = cotangent.zeros_of(shape);
        zeros.slices_replaced(&lifted(&self.ranges, shape[0]), cotangent)
    }
}

/// The first input with the part that its slices choose replaced by the second.
#[derive(Clone, Debug)]
pub struct SliceAssign {
    /// One an axis.
    pub ranges: Vec<Range>,
}

impl SliceAssign {
    /// The array with zeros in place of the part.
    fn without_part(&self, array: &Array) -> Array {
        let ranges = lifted(&self.ranges, array.shape()[0]);
        let part = array.slices(&ranges).shape();
        array.slices_replaced(&ranges, &array.zeros_of(&part))
    }
}

impl Rule for SliceAssign {
    fn name(&self) -> &str {
        "slice_assign"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let value = inputs[0].slices_replaced(&self.ranges, &inputs[1]);
        (value, Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        sum(
            tangents[0]
                .as_ref()
                .map(|tangent| self.without_part(tangent)),
            tangents[1].as_ref().map(|tangent| {
                let directions = tangent.shape()[0];
                let shape = behind_directions(directions, &at.inputs[0].shape());
                tangent
                    .zeros_of(&shape)
                    .slices_replaced(&lifted(&self.ranges, directions), tangent)
            }),
        )
    }

    fn vjp(&self, _at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let ranges = lifted(&self.ranges, cotangent.shape()[0]);
        vec![
            wanted[0].then(|| self.without_part(cotangent)),
            wanted[1].then(|| cotangent.slices(&ranges)),
        ]
    }
}

/// A tensor with places that hold one number around it.
#[derive(Clone, Debug)]
pub struct Pad {
    /// Places before and behind, for each axis.
    pub around: Vec<(usize, usize)>,
    /// The number.
    pub value: f64,
}

impl Pad {
    /// Where the tensor lies in the value.
    fn inside(&self, shape: &[usize]) -> Vec<Range> {
        let place = |(&(before, _), &extent): (&(usize, usize), &usize)| before..before + extent;
        let places = self.around.iter().zip(shape).map(place);
        places.map(Range::from).collect()
    }
}

impl Rule for Pad {
    fn name(&self) -> &str {
        "pad"
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let shape = inputs[0].shape();
        let wide =
            |(&(before, behind), &extent): (&(usize, usize), &usize)| before + extent + behind;
        let outer: Vec<usize> = self.around.iter().zip(&shape).map(wide).collect();
        let filled = inputs[0].zeros_of(&outer).add_scalar(self.value);
        let value = filled.slices_replaced(&self.inside(&shape), &inputs[0]);
        (value, Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0].as_ref().map(|tangent| {
            let directions = tangent.shape()[0];
            let zeros = tangent.zeros_of(&behind_directions(directions, &at.value.shape()));
            let inside = lifted(&self.inside(&at.inputs[0].shape()), directions);
            zeros.slices_replaced(&inside, tangent)
        })
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let inside = self.inside(&at.inputs[0].shape());
        vec![Some(
            cotangent.slices(&lifted(&inside, cotangent.shape()[0])),
        )]
    }
}
