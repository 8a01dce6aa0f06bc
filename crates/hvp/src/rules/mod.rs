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
pub mod convolution;
pub mod elementwise;
pub mod linear;
pub mod normalization;
pub mod one_dimension;
pub(crate) mod per_channel;
pub mod pooling;
pub mod reduction;
pub mod shape;

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

/// One tangent or cotangent an input, absent where it is zero or not asked for.
pub type PerInput = Vec<Option<Array>>;

/// How to differentiate one operation twice. See the [module](self) for the axes.
pub trait Rule: Debug + Send + Sync {
    /// The name of the operation, for messages.
    fn name(&self) -> &str;

    /// Whether [`vjp_tangent`](Rule::vjp_tangent) can be other than zero. Where it cannot, the tangents
    /// of the inputs are let go once they have been pushed forward.
    fn curved(&self) -> bool {
        true
    }

    /// Numbers a direction that the rule computes on the way beside inputs and outputs, for inputs of
    /// these shapes and a value of that: for the choice of a batch that fits.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        let _ = (inputs, value);
        0
    }

    /// The value, and what the other methods will want of it.
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
