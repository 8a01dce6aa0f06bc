//! Sums, means and extrema over an axis.

use super::linear_map::LinearMap;
use super::{PerInput, Point, Rule, Saved, Sharing, behind_directions, numbers};
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

impl LinearMap for SumDim {
    const NAME: &'static str = "sum_dim";
    const SHARING: Sharing = Sharing::Views;

    fn work(&self, _input: &[usize], value: &[usize]) -> [usize; 2] {
        [numbers(value), 0]
    }

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        self.scaled(x.sum_dim(self.dim + ahead))
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], shape: &[usize]) -> Array {
        self.scaled(cotangent.clone()).expand(shape)
    }
}

/// `sign` times the largest element of `sign · x` over one axis, which stays with extent one: the
/// largest element for 1, the least for -1. Among equals the first alone is the winner.
#[derive(Clone, Copy, Debug)]
pub struct Extremum {
    /// The axis.
    pub dim: usize,
    /// 1 for the largest, -1 for the least.
    pub sign: f64,
}

impl Rule for Extremum {
    fn name(&self) -> &str {
        if self.sign > 0.0 {
            "max_dim"
        } else {
            "min_dim"
        }
    }

    fn curved(&self) -> bool {
        false
    }

    fn saved(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        numbers(value)
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        let winners = if self.sign > 0.0 {
            inputs[0].argmax(self.dim)
        } else {
            inputs[0].neg().argmax(self.dim)
        };
        let value = inputs[0].gather(self.dim, &winners);
        let saved = Saved {
            floats: Vec::new(),
            indices: vec![winners],
        };
        (value, saved)
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        tangents[0].as_ref().map(|tangent| {
            let winners = at.saved.indices[0].repeated(tangent.shape()[0]);
            tangent.gather(self.dim + 1, &winners)
        })
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        let directions = cotangent.shape()[0];
        let winners = at.saved.indices[0].repeated(directions);
        let shape = behind_directions(directions, &at.inputs[0].shape());
        let pulled = cotangent
            .zeros_of(&shape)
            .scatter_add(self.dim + 1, &winners, cotangent);
        vec![Some(pulled)]
    }
}

/// The sum of all elements up to each along an axis.
#[derive(Clone, Copy, Debug)]
pub struct CumSum {
    /// The axis.
    pub dim: usize,
}

impl LinearMap for CumSum {
    const NAME: &'static str = "cumsum";

    fn map(&self, x: &Array, _inputs: &[Array], ahead: usize) -> Array {
        x.cumsum(self.dim + ahead)
    }

    fn transpose(&self, cotangent: &Array, _inputs: &[Array], _shape: &[usize]) -> Array {
        let axis = self.dim + 1;
        cotangent.flip(&[axis]).cumsum(axis).flip(&[axis])
    }
}
