//! Functions applied to each element alone.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{PerInput, Point, Rule, Saved, numbers};
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
    /// The error function.
    Erf,
    /// x Φ(x), with Φ the distribution function of the standard normal distribution: Hendrycks and
    /// Gimpel, "Gaussian error linear units" (2016), in its exact form.
    Gelu,
    /// log(1 / (1 + e^-x)).
    LogSigmoid,
    /// log(1 + x).
    Log1p,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// x to a power; for x below zero the power is an integer.
    Power {
        /// The exponent.
        exponent: f64,
    },
    /// |x|, with derivative 0 at 0.
    Abs,
    /// x between bounds and the nearer bound elsewhere, with derivative 1 at the bounds.
    Clamp {
        /// The least value, minus infinity for none.
        min: f64,
        /// The largest value, infinity for none.
        max: f64,
    },
}

/// Φ(x), the distribution function of the standard normal distribution.
fn normal_distribution(x: &Array) -> Array {
    x.scale(FRAC_1_SQRT_2).erf().add_scalar(1.0).scale(0.5)
}

/// φ(x) = e^(-x²/2) / √2π, its density.
fn normal_density(x: &Array) -> Array {
    x.mul(x)
        .scale(-0.5)
        .exp()
        .scale(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2)
}

fn sigmoid(x: &Array) -> Array {
    // Through tanh, which neither overflows nor loses the small tail to a quotient.
    x.scale(0.5).tanh().scale(0.5).add_scalar(0.5)
}

/// `factor · x^exponent`, zero where the factor is, whatever the power.
fn monomial(x: &Array, factor: f64, exponent: f64) -> Array {
    if factor == 0.0 {
        x.zeros_of(&x.shape())
    } else {
        x.powf(exponent).scale(factor)
    }
}

impl Pointwise {
    fn apply(self, x: &Array) -> Array {
        match self {
            Pointwise::Relu => x.unsqueeze().where_positive(x).reshape(&x.shape()),
            Pointwise::LeakyRelu { .. } => x.mul(&self.first(x, x)),
            Pointwise::Tanh => x.tanh(),
            Pointwise::Sigmoid => sigmoid(x),
            Pointwise::Exp => x.exp(),
            Pointwise::Log => x.log(),
            Pointwise::Sqrt => x.sqrt(),
            Pointwise::Recip => x.recip(),
            Pointwise::Erf => x.erf(),
            Pointwise::Gelu => x.mul(&normal_distribution(x)),
            // min(x, 0) - log(1 + e^-|x|): the exponential is at most one.
            Pointwise::LogSigmoid => x.clamp_max(0.0).sub(&x.abs().neg().exp().log1p()),
            Pointwise::Log1p => x.log1p(),
            Pointwise::Sin => x.sin(),
            Pointwise::Cos => x.cos(),
            Pointwise::Power { exponent } => x.powf(exponent),
            Pointwise::Abs => x.abs(),
            Pointwise::Clamp { min, max } => {
                let x = if max < f64::INFINITY {
                    x.clamp_max(max)
                } else {
                    x.clone()
                };
                if min > f64::NEG_INFINITY {
                    x.clamp_min(min)
                } else {
                    x
                }
            }
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
            Pointwise::Erf => x.mul(x).neg().exp().scale(FRAC_2_SQRT_PI),
            Pointwise::Gelu => normal_distribution(x).plus(x.mul(&normal_density(x))),
            Pointwise::LogSigmoid => sigmoid(&x.neg()),
            Pointwise::Log1p => x.add_scalar(1.0).recip(),
            Pointwise::Sin => x.cos(),
            Pointwise::Cos => x.sin().neg(),
            Pointwise::Power { exponent } => monomial(x, exponent, exponent - 1.0),
            Pointwise::Abs => x.sign(),
            Pointwise::Clamp { min, max } => {
                let mut inside = x.zeros_of(&x.shape()).add_scalar(1.0);
                if max < f64::INFINITY {
                    inside = inside.sub(&x.add_scalar(-max).positive());
                }
                if min > f64::NEG_INFINITY {
                    inside = inside.sub(&x.neg().add_scalar(min).positive());
                }
                inside
            }
        }
    }

    /// f''(x), given x and y = f(x); absent where it is zero everywhere.
    fn second(self, x: &Array, y: &Array) -> Option<Array> {
        let first = || self.first(x, y);
        match self {
            Pointwise::Relu
            | Pointwise::LeakyRelu { .. }
            | Pointwise::Abs
            | Pointwise::Clamp { .. } => None,
            Pointwise::Tanh => Some(first().mul(y).scale(-2.0)),
            Pointwise::Sigmoid => Some(first().mul(&y.scale(-2.0).add_scalar(1.0))),
            Pointwise::Exp => Some(y.clone()),
            Pointwise::Log => Some(x.mul(x).recip().neg()),
            Pointwise::Sqrt => Some(x.mul(y).recip().scale(-0.25)),
            Pointwise::Recip => Some(y.mul(y).mul(y).scale(2.0)),
            Pointwise::Erf => Some(first().mul(x).scale(-2.0)),
            // (2 - x²) φ(x).
            Pointwise::Gelu => Some(x.mul(x).neg().add_scalar(2.0).mul(&normal_density(x))),
            Pointwise::LogSigmoid => Some(sigmoid(x).mul(&first()).neg()),
            Pointwise::Log1p => {
                let first = first();
                Some(first.mul(&first).neg())
            }
            Pointwise::Sin | Pointwise::Cos => Some(y.neg()),
            Pointwise::Power { exponent } => {
                Some(monomial(x, exponent * (exponent - 1.0), exponent - 2.0))
            }
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
            Pointwise::Erf => "erf",
            Pointwise::Gelu => "gelu",
            Pointwise::LogSigmoid => "log_sigmoid",
            Pointwise::Log1p => "log1p",
            Pointwise::Sin => "sin",
            Pointwise::Cos => "cos",
            Pointwise::Power { .. } => "power",
            Pointwise::Abs => "abs",
            Pointwise::Clamp { .. } => "clamp",
        }
    }

    fn curved(&self) -> bool {
        !matches!(
            self,
            Pointwise::Relu
                | Pointwise::LeakyRelu { .. }
                | Pointwise::Abs
                | Pointwise::Clamp { .. }
        )
    }

    fn scratch(&self, _inputs: &[&[usize]], _value: &[usize]) -> usize {
        0
    }

    /// The derivatives and what they are computed from.
    fn shared_scratch(&self, _inputs: &[&[usize]], value: &[usize]) -> usize {
        let arrays = match self {
            Pointwise::Relu | Pointwise::Exp => 1,
            Pointwise::Sigmoid => 3,
            _ => 2,
        };
        arrays * numbers(value)
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
