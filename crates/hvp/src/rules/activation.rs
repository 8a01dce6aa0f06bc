//! Functions applied to each element alone.

use super::{PerInput, Point, Rule, Saved};
use crate::array::Array;

/// `y = f(x)` for each element, given by its first two derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointwise {
    /// max(x, 0), with derivative 0 at 0 as in PyTorch.
    Relu,
    /// x above zero and `slope · x` elsewhere.
    LeakyRelu {
        /// The slope below zero.
        slope: f64,
    },
    /// The hyperbolic tangent.
    Tanh,
    /// 1 / (1 + e^-x).
    Sigmoid,
    /// e^x.
    Exp,
    /// The natural logarithm.
    Log,
    /// The square root.
    Sqrt,
    /// 1 / x.
    Recip,
}

impl Pointwise {
    fn apply(self, x: &Array) -> Array {
        match self {
            Pointwise::Relu => x.unsqueeze().where_positive(x).reshape(&x.shape()),
            Pointwise::LeakyRelu { .. } => x.mul(&self.first(x, x)),
            Pointwise::Tanh => x.tanh(),
            // Through tanh, which neither overflows nor loses the small tail to a quotient.
            Pointwise::Sigmoid => x.scale(0.5).tanh().scale(0.5).add_scalar(0.5),
            Pointwise::Exp => x.exp(),
            Pointwise::Log => x.log(),
            Pointwise::Sqrt => x.sqrt(),
            Pointwise::Recip => x.recip(),
        }
    }

    /// f'(x), given x and y = f(x).
    fn first(self, x: &Array, y: &Array) -> Array {
        match self {
            Pointwise::Relu => x.positive(),
            Pointwise::LeakyRelu { slope } => x.positive().scale(1.0 - slope).add_scalar(slope),
            Pointwise::Tanh => y.mul(y).neg().add_scalar(1.0),
            Pointwise::Sigmoid => y.mul(&y.neg().add_scalar(1.0)),
            Pointwise::Exp => y.clone(),
            Pointwise::Log => x.recip(),
            Pointwise::Sqrt => y.recip().scale(0.5),
            Pointwise::Recip => y.mul(y).neg(),
        }
    }

    /// f''(x), given x and y = f(x); absent where it is zero everywhere.
    fn second(self, x: &Array, y: &Array) -> Option<Array> {
        let first = || self.first(x, y);
        match self {
            Pointwise::Relu | Pointwise::LeakyRelu { .. } => None,
            Pointwise::Tanh => Some(first().mul(y).scale(-2.0)),
            Pointwise::Sigmoid => Some(first().mul(&y.scale(-2.0).add_scalar(1.0))),
            Pointwise::Exp => Some(y.clone()),
            Pointwise::Log => Some(x.mul(x).recip().neg()),
            Pointwise::Sqrt => Some(x.mul(y).recip().scale(-0.25)),
            Pointwise::Recip => Some(y.mul(y).mul(y).scale(2.0)),
        }
    }
}

impl Rule for Pointwise {
    fn name(&self) -> &str {
        match self {
            Pointwise::Relu => "relu",
            Pointwise::LeakyRelu { .. } => "leaky_relu",
            Pointwise::Tanh => "tanh",
            Pointwise::Sigmoid => "sigmoid",
            Pointwise::Exp => "exp",
            Pointwise::Log => "log",
            Pointwise::Sqrt => "sqrt",
            Pointwise::Recip => "recip",
        }
    }

    fn curved(&self) -> bool {
        !matches!(self, Pointwise::Relu | Pointwise::LeakyRelu { .. })
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        (self.apply(&inputs[0]), Saved::default())
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        if let Pointwise::Relu = self {
            return tangents[0]
                .as_ref()
                .map(|tangent| tangent.where_positive(&at.inputs[0]));
        }
        let first = self.first(&at.inputs[0], at.value).unsqueeze();
        tangents[0].as_ref().map(|tangent| tangent.mul(&first))
    }

    fn vjp(&self, at: Point, cotangent: &Array, _wanted: &[bool]) -> PerInput {
        if let Pointwise::Relu = self {
            return vec![Some(cotangent.where_positive(&at.inputs[0]))];
        }
        let first = self.first(&at.inputs[0], at.value).unsqueeze();
        vec![Some(cotangent.mul(&first))]
    }

    fn vjp_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        _wanted: &[bool],
    ) -> PerInput {
        let second = self.second(&at.inputs[0], at.value);
        vec![match (second, &tangents[0]) {
            (Some(second), Some(tangent)) => Some(tangent.mul(&second.unsqueeze().mul(cotangent))),
            _ => None,
        }]
    }
}
