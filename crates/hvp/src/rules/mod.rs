//! The rules of differentiation, one small type an operation, one file a family.
//!
//! A rule says four things of its operation `y = f(x_1, …, x_n)`: the value, the push-forward of
//! tangents (`jvp`), the pull-back of cotangents (`vjp`), and the derivative of the pull-back along
//! the tangents with the cotangent held fixed (`vjp_tangent`). Together they carry the pairs
//! (value, tangent) forward and (cotangent, its tangent) back, which is all a product with a Hessian
//! needs: Pearlmutter, "Fast exact multiplication by the Hessian" (1994).
//!
//! **Axes.** Values have the shape the network gives them. Every tangent and every cotangent has one
//! more axis in front, the axis of directions: of extent K where there are K directions, of extent 1
//! for the one primal cotangent. Rules broadcast over it, so the K directions share whatever depends
//! on the values alone. An absent tangent or cotangent is zero.

use std::fmt::Debug;

use crate::array::{Array, Indices, sum};

pub mod activation;
pub mod batch_norm_relu;
pub mod batch_norm_train;
pub mod convolution;
pub mod discrete;
pub mod elementwise;
pub mod indexing;
pub mod linear;
mod linear_map;
pub mod masking;
pub mod normalization;
pub mod one_dimension;
pub(crate) mod per_channel;
pub mod pooling;
pub mod reduction;
pub mod shape;
pub mod slicing;
pub mod softmax;
pub mod standardization;

/// `vjp` and `vjp_tangent` of a rule that computes both in one pass in `pull_tangent`.
macro_rules! pulled_together {
    () => {
        fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput {
            let still = vec![None; wanted.len()];
            self.pull_tangent(at, &still, Cotangents::tangent(cotangent), wanted)
        }

        fn vjp_tangent(
            &self,
            at: Point,
            tangents: &[Option<Array>],
            cotangent: &Array,
            wanted: &[bool],
        ) -> PerInput {
            self.pull_tangent(at, tangents, Cotangents::primal(cotangent), wanted)
        }
    };
}
pub(crate) use pulled_together;

/// The extents of a tangent or cotangent of `directions` of a tensor with these extents.
pub(crate) fn behind_directions(directions: usize, shape: &[usize]) -> Vec<usize> {
    let mut lifted = vec![directions];
    lifted.extend(shape);
    lifted
}

/// What a rule keeps from the forward pass for the others of its methods.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// Float tensors, in an order the rule knows.
    pub floats: Vec<Array>,
    /// Integer tensors, in an order the rule knows.
    pub indices: Vec<Indices>,
}

/// The point at which an operation is differentiated.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    /// The values of its inputs.
    pub inputs: &'a [Array],
    /// Its value there.
    pub value: &'a Array,
    /// What [`Rule::value`] kept.
    pub saved: &'a Saved,
}

/// A cotangent and its tangent, absent where zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cotangents<'a> {
    /// The cotangent, of one direction.
    pub primal: Option<&'a Array>,
    /// Its tangent, of K directions.
    pub tangent: Option<&'a Array>,
}

impl<'a> Cotangents<'a> {
    /// A cotangent that does not change.
    pub fn primal(cotangent: &'a Array) -> Self {
        Cotangents {
            primal: Some(cotangent),
            tangent: None,
        }
    }

    /// The tangent of a cotangent that is zero.
    pub fn tangent(cotangent: &'a Array) -> Self {
        Cotangents {
            primal: None,
            tangent: Some(cotangent),
        }
    }
}

/// One tangent or cotangent an input, absent where it is zero or not asked for.
pub type PerInput = Vec<Option<Array>>;

/// Which of the results of a rule lie in the memory of what they are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// None.
    Nothing,
    /// All of them: values, tangents and cotangents are the numbers of the one input in their order.
    Everything,
    /// All of them, in another order.
    Reordered,
    /// Cotangents of inputs as large as the value.
    Cotangents,
    /// Cotangents, as views of the cotangent of the value: parts of it, or its numbers repeated.
    Views,
}

/// The number of elements of a tensor.
pub(crate) fn numbers(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// How to differentiate one operation twice. See the [module](self) for the axes.
pub trait Rule: Debug + Send + Sync {
    /// The name of the operation, for messages.
    fn name(&self) -> &str;

    /// Whether [`vjp_tangent`](Rule::vjp_tangent) can be other than zero. Where it cannot, the tangents
    /// of the inputs are let go once they have been pushed forward.
    fn curved(&self) -> bool {
        true
    }

    /// Whether the value is constant around nearly every point, as that of a comparison or of anything
    /// that gives integers. Such a value carries no tangent and asks for no cotangent, so that the
    /// rule's derivatives are never asked for.
    fn piecewise_constant(&self) -> bool {
        false
    }

    /// The axis of the first input along which the second names places, where the second are indices.
    fn looked_up(&self) -> Option<usize> {
        None
    }

    /// Numbers a direction that the rule computes on the way beside inputs and outputs, at most, for
    /// inputs of these shapes and a value of that: for the account of memory.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let _ = inputs;
        numbers(value)
    }

    /// Numbers it computes on the way once for all directions together, at most.
    fn shared_scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let _ = inputs;
        3 * numbers(value)
    }

    /// Numbers that [`value`](Rule::value) keeps in [`Saved`].
    fn saved(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let _ = (inputs, value);
        0
    }

    /// Multiplications that are followed by an addition in the value, for inputs of these shapes and a
    /// value of that: those of matrix products and convolutions, next to which others do not count.
    fn multiply_adds(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let _ = (inputs, value);
        0
    }

    /// Of a normalization with statistics of the batch, the mean and the biased variance of each channel, each `[c]`.
    fn batch_statistics(&self, saved: &Saved) -> Option<[Array; 2]> {
        let _ = saved;
        None
    }

    /// What shares the memory of what went in; for the account of memory.
    fn sharing(&self) -> Sharing {
        Sharing::Nothing
    }

    /// The value, and what the other methods will want of it. Inputs that the network has as integers
    /// or truth values come as arrays of that [`Kind`](crate::array::Kind), and so may the value.
    fn value(&self, inputs: &[Array]) -> (Array, Saved);

    /// The tangent of the value, `Σ_i ∂f/∂x_i · ẋ_i`, for `tangents` that are not all absent.
    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array>;

    /// The cotangents of the inputs for which `wanted` says so, `x̄_i = (∂f/∂x_i)ᵀ ȳ`.
    fn vjp(&self, at: Point, cotangent: &Array, wanted: &[bool]) -> PerInput;

    /// The derivative of [`vjp`](Rule::vjp) along the tangents of the inputs with the cotangent
    /// held fixed. `cotangent` has one direction, the result as many as the tangents. Rules of
    /// operations that are linear in all their inputs together have nothing to add, keep this default
    /// and say so by [`curved`](Rule::curved).
    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        wanted: &[bool],
    ) -> PerInput {
        let _ = (at, tangents, cotangent);
        vec![None; wanted.len()]
    }

    /// The tangents of the cotangents of the inputs, that is [`vjp_tangent`](Rule::vjp_tangent) of
    /// the cotangent and [`vjp`](Rule::vjp) of its tangent added up, each where it is there. A rule
    /// has a method of its own here where it can do both in one pass.
    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        let curved = cotangents
            .primal
            .map(|cotangent| self.vjp_tangent(at, tangents, cotangent, wanted));
        let linear = cotangents
            .tangent
            .map(|cotangent| self.vjp(at, cotangent, wanted));
        match (curved, linear) {
            (Some(curved), Some(linear)) => curved
                .into_iter()
                .zip(linear)
                .map(|(curved, linear)| sum(curved, linear))
                .collect(),
            (curved, linear) => curved
                .or(linear)
                .unwrap_or_else(|| vec![None; wanted.len()]),
        }
    }
}
