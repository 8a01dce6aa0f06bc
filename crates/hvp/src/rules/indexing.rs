//! Elements looked up by tensors of integers. The indices are the second input; they carry no tangent.

use super::linear_map::LinearMap;
use super::{PerInput, Point, Rule, Saved, behind_directions};
use crate::array::{Array, Indices, sum};

const TENSOR: usize = 0;
const INDICES: usize = 1;
const VALUES: usize = 2;

/// Zeros of the shape of an input for as many directions as a cotangent has.
fn zeros_for(input: &Array, cotangent: &Array) -> Array {
    cotangent.zeros_of(&behind_directions(cotangent.shape()[0], &input.shape()))
}

/// The indices as one list, whatever axes they have.
fn listed(indices: &Array) -> Indices {
    let count = indices.shape().iter().product();
    indices.as_indices().reshape(&[count])
}

/// The layers of an axis that the indices name, in their order. An embedding is the layers of the first
/// axis of its table.
#[derive(Clone, Copy, Debug)]
pub struct Select {
    /// The axis.
    pub dim: usize,
}

impl LinearMap for Select {
    const NAME: &'static str = "select";

    fn looked_up(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn map(&self, x: &Array, inputs: &[Array], ahead: usize) -> Array {
        x.select(self.dim + ahead, &listed(&inputs[INDICES]))
    }

    fn transpose(&self, cotangent: &Array, inputs: &[Array], shape: &[usize]) -> Array {
        let zeros = cotangent.zeros_of(shape);
        zeros.select_add(self.dim + 1, &listed(&inputs[INDICES]), cotangent)
    }
}

/// A tensor with layers of an axis increased: for each index, the layer it names by a layer of the
/// third input.
#[derive(Clone, Copy, Debug)]
pub struct SelectAdd {
    /// The axis.
    pub dim: usize,
}

impl Rule for SelectAdd {
    fn name(&self) -> &str {
        "select_add"
    }

    fn looked_up(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let indices = listed(&inputs[INDICES]);
        let value = inputs[TENSOR].select_add(self.dim, &indices, &inputs[VALUES]);
        (value, Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let added = tangents[VALUES].as_ref().map(|tangent| {
            let zeros = zeros_for(&at.inputs[TENSOR], tangent);
            zeros.select_add(self.dim + 1, &listed(&at.inputs[INDICES]), tangent)
        });
        sum(tangents[TENSOR].clone(), added)
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let indices = listed(&at.inputs[INDICES]);
        vec![
            wanted[TENSOR].then(|| cotangent.clone()),
            None,
            wanted[VALUES].then(|| cotangent.select(self.dim + 1, &indices)),
        ]
    }
}

/// For each index the element of its row along an axis that it names.
#[derive(Clone, Copy, Debug)]
pub struct Gather {
    /// The axis.
    pub dim: usize,
}

impl LinearMap for Gather {
    const NAME: &'static str = "gather";

    fn looked_up(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn map(&self, x: &Array, inputs: &[Array], ahead: usize) -> Array {
        let indices = inputs[INDICES].as_indices();
        match ahead {
            0 => x.gather(self.dim, &indices),
            _ => x.gather(self.dim + 1, &indices.repeated(x.shape()[0])),
        }
    }

    fn transpose(&self, cotangent: &Array, inputs: &[Array], shape: &[usize]) -> Array {
        let repeated = inputs[INDICES].as_indices().repeated(shape[0]);
        let zeros = cotangent.zeros_of(shape);
        zeros.scatter_add(self.dim + 1, &repeated, cotangent)
    }
}

/// A tensor with elements increased: for each index, the element of its row along an axis that it
/// names by the element of the third input in the index's place.
#[derive(Clone, Copy, Debug)]
pub struct ScatterAdd {
    /// The axis.
    pub dim: usize,
}

impl Rule for ScatterAdd {
    fn name(&self) -> &str {
        "scatter_add"
    }

    fn looked_up(&self) -> Option<usize> {
        Some(self.dim)
    }

    fn curved(&self) -> bool {
        false
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let indices = inputs[INDICES].as_indices();
        let value = inputs[TENSOR].scatter_add(self.dim, &indices, &inputs[VALUES]);
        (value, Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let added = tangents[VALUES].as_ref().map(|tangent| {
            let repeated = at.inputs[INDICES].as_indices().repeated(tangent.shape()[0]);
            let zeros = zeros_for(&at.inputs[TENSOR], tangent);
            zeros.scatter_add(self.dim + 1, &repeated, tangent)
        });
        sum(tangents[TENSOR].clone(), added)
    }

    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
        let indices = at.inputs[INDICES].as_indices();
        vec![
            wanted[TENSOR].then(|| cotangent.clone()),
            None,
            wanted[VALUES].then(|| {
                let repeated = indices.repeated(cotangent.shape()[0]);
                cotangent.gather(self.dim + 1, &repeated)
            }),
        ]
    }
}
