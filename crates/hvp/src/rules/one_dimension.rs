//! Operations over sequences [n, c, l] as the same over images of height one.

use super::{Cotangents, PerInput, Point, Rule, Saved, pulled_together};
use crate::array::Array;

/// A rule over images, for sequences: every input of three axes gets a height of one, and the value
/// loses it.
///
/// The rule within says how windows lie on images of height one: extent and stride one and no padding
/// along the height.
#[derive(Clone, Debug)]
pub struct OneDimension<R> {
    /// The name of the operation.
    pub name: &'static str,
    /// The rule over images.
    pub rule: R,
}

/// Axes of a sequence [n, c, l] or of the weight of a convolution over sequences.
const AXES: usize = 3;

fn with_height(shape: &[usize]) -> Vec<usize> {
    let mut shape = shape.to_vec();
    shape.insert(shape.len() - 1, 1);
    shape
}

/// An array with a height of one before its last axis.
fn raise(array: &Array) -> Array {
    array.reshape(&with_height(&array.shape()))
}

/// The inverse of [`raise`].
fn flatten(array: &Array) -> Array {
    let mut shape = array.shape();
    shape.remove(shape.len() - 2);
    array.reshape(&shape)
}

fn raise_inputs(inputs: &[Array]) -> Vec<Array> {
    inputs
        .iter()
        .map(|input| {
            if input.rank() == AXES {
                raise(input)
            } else {
                input.clone()
            }
        })
        .collect()
}

fn raise_tangents(tangents: &[Option<Array>]) -> PerInput {
    tangents
        .iter()
        .map(|tangent| {
            let tangent = tangent.as_ref()?;
            Some(if tangent.rank() == AXES + 1 {
                raise(tangent)
            } else {
                tangent.clone()
            })
        })
        .collect()
}

fn flatten_cotangents(pulled: PerInput) -> PerInput {
    pulled
        .into_iter()
        .map(|cotangent| {
            let cotangent = cotangent?;
            Some(if cotangent.rank() == AXES + 2 {
                flatten(&cotangent)
            } else {
                cotangent
            })
        })
        .collect()
}

/// Calls a method of a rule at the point seen as images.
fn raised<T>(at: Point, call: impl FnOnce(Point) -> T) -> T {
    call(Point {
        inputs: &raise_inputs(at.inputs),
        value: &raise(at.value),
        saved: at.saved,
    })
}

/// Calls a method of a rule with the shapes seen as those of images.
fn raised_shapes(
    inputs: &[&[usize]],
    value: &[usize],
    call: impl FnOnce(&[&[usize]], &[usize]) -> usize,
) -> usize {
    let raise = |shape: &[usize]| {
        if shape.len() == AXES {
            with_height(shape)
        } else {
            shape.to_vec()
        }
    };
    let shapes: Vec<Vec<usize>> = inputs.iter().map(|shape| raise(shape)).collect();
    let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
    call(&shapes, &with_height(value))
}

impl<R: Rule> Rule for OneDimension<R> {
    fn name(&self) -> &str {
        self.name
    }

    fn curved(&self) -> bool {
        self.rule.curved()
    }

    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        raised_shapes(inputs, value, |inputs, value| {
            self.rule.scratch(inputs, value)
        })
    }

    fn shared_scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        raised_shapes(inputs, value, |inputs, value| {
            self.rule.shared_scratch(inputs, value)
        })
    }

    fn saved(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        raised_shapes(inputs, value, |inputs, value| {
            self.rule.saved(inputs, value)
        })
    }

    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        raised_shapes(inputs, value, |inputs, value| {
            self.rule.multiply_adds(inputs, value)
        })
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let (value, saved) = self.rule.value(&raise_inputs(inputs));
        (flatten(&value), saved)
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let tangents = raise_tangents(tangents);
        let tangent = raised(at, |at| self.rule.jvp(at, &tangents));
        tangent.map(|tangent| flatten(&tangent))
    }

    pulled_together!();

    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        let tangents = raise_tangents(tangents);
        let [primal, tangent] = [cotangents.primal, cotangents.tangent].map(|c| c.map(raise));
        let cotangents = Cotangents {
            primal: primal.as_ref(),
            tangent: tangent.as_ref(),
        };
        flatten_cotangents(raised(at, |at| {
            self.rule.pull_tangent(at, &tangents, cotangents, wanted)
        }))
    }
}
