//! Arithmetic, functions of each element, and reductions.

use burn_ir::{
    FloatOperationIr, NumericOperationIr, ReduceDimOpIr, ReduceOpIr, TensorIr, UnaryOpIr,
};

use super::chain::Chain;
use super::lowering::{Lowering, constant, float, operation};
use super::{discrete, movement};
use crate::array::Array;
use crate::rules::{
    activation::Pointwise,
    discrete::Discrete,
    elementwise::{Add, Affine, Div, Mul, Sub},
    linear::Matmul,
    reduction::{CumSum, Extremum, SumDim},
    shape::Reshape,
};

fn affine(scale: f64, shift: f64) -> Affine {
    Affine { scale, shift }
}

fn pointwise(function: Pointwise, op: &UnaryOpIr) -> Option<Lowering> {
    operation(function, &[&op.input], &op.out)
}

fn clamp(tensor: &TensorIr, min: f64, max: f64, out: &TensorIr) -> Option<Lowering> {
    operation(Pointwise::Clamp { min, max }, &[tensor], out)
}

/// All elements along one axis, to be reduced to the one element of the output.
fn flattened(op: &ReduceOpIr) -> Chain {
    let shape = vec![op.input.shape.num_elements()];
    Chain::from(&op.input).apply(
        Reshape {
            shape: shape.clone(),
        },
        &[],
        &shape,
    )
}

fn sum_of_all(op: &ReduceOpIr, scale: f64) -> Option<Lowering> {
    Some(flattened(op).end(SumDim { dim: 0, scale }, &[], &op.out))
}

fn extremum_of_all(op: &ReduceOpIr, sign: f64) -> Option<Lowering> {
    Some(flattened(op).end(Extremum { dim: 0, sign }, &[], &op.out))
}

fn sum_dim(op: &ReduceDimOpIr, scale: f64) -> Option<Lowering> {
    let rule = SumDim {
        dim: op.axis,
        scale,
    };
    operation(rule, &[&op.input], &op.out)
}

/// The extreme elements along an axis, and where they are.
fn extremum_with_indices(
    tensor: &TensorIr,
    dim: usize,
    sign: f64,
    out: &TensorIr,
    indices: &TensorIr,
) -> Option<Lowering> {
    let place = Discrete::new("argmax", move |inputs| {
        let winners = if sign > 0.0 {
            inputs[0].argmax(dim)
        } else {
            inputs[0].neg().argmax(dim)
        };
        Array(winners.0)
    });
    let extremum = Extremum { dim, sign };
    Some(Lowering::new(extremum, &[tensor], out).then(place, &[tensor], indices))
}

pub(super) fn lower(numeric: &NumericOperationIr) -> Option<Lowering> {
    match numeric {
        NumericOperationIr::Add(op) => operation(Add, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::Sub(op) => operation(Sub, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::Mul(op) => operation(Mul, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::Div(op) => operation(Div, &[&op.lhs, &op.rhs], &op.out),
        NumericOperationIr::AddScalar(op) => {
            operation(affine(1.0, float(op.rhs)), &[&op.lhs], &op.out)
        }
        NumericOperationIr::SubScalar(op) => {
            operation(affine(1.0, -float(op.rhs)), &[&op.lhs], &op.out)
        }
        NumericOperationIr::MulScalar(op) => {
            operation(affine(float(op.rhs), 0.0), &[&op.lhs], &op.out)
        }
        NumericOperationIr::DivScalar(op) => {
            operation(affine(float(op.rhs).recip(), 0.0), &[&op.lhs], &op.out)
        }
        NumericOperationIr::Neg(op) => operation(affine(-1.0, 0.0), &[&op.input], &op.out),
        NumericOperationIr::Abs(op) => pointwise(Pointwise::Abs, op),
        NumericOperationIr::PowiScalar(op) => {
            let exponent = float(op.rhs);
            operation(Pointwise::Power { exponent }, &[&op.lhs], &op.out)
        }
        NumericOperationIr::Clamp(op) => clamp(&op.tensor, float(op.min), float(op.max), &op.out),
        NumericOperationIr::ClampMin(op) => clamp(&op.lhs, float(op.rhs), f64::INFINITY, &op.out),
        NumericOperationIr::ClampMax(op) => {
            clamp(&op.lhs, f64::NEG_INFINITY, float(op.rhs), &op.out)
        }
        NumericOperationIr::Sum(op) => sum_of_all(op, 1.0),
        NumericOperationIr::Mean(op) => sum_of_all(op, 1.0 / op.input.shape.num_elements() as f64),
        NumericOperationIr::SumDim(op) => sum_dim(op, 1.0),
        NumericOperationIr::MeanDim(op) => sum_dim(op, 1.0 / op.input.shape[op.axis] as f64),
        NumericOperationIr::SumDims(op) => {
            let (&last, others) = op.axes.split_last()?;
            let mut shape = op.input.shape.to_vec();
            let mut chain = Chain::from(&op.input);
            for &dim in others {
                shape[dim] = 1;
                chain = chain.apply(SumDim { dim, scale: 1.0 }, &[], &shape);
            }
            let rule = SumDim {
                dim: last,
                scale: 1.0,
            };
            Some(chain.end(rule, &[], &op.out))
        }
        NumericOperationIr::CumSum(op) => operation(CumSum { dim: op.axis }, &[&op.input], &op.out),
        NumericOperationIr::Max(op) => extremum_of_all(op, 1.0),
        NumericOperationIr::Min(op) => extremum_of_all(op, -1.0),
        NumericOperationIr::MaxAbs(op) => {
            let shape = op.input.shape.to_vec();
            let count = vec![op.input.shape.num_elements()];
            let flat = Reshape {
                shape: count.clone(),
            };
            let largest = Extremum { dim: 0, sign: 1.0 };
            let chain = Chain::from(&op.input)
                .apply(Pointwise::Abs, &[], &shape)
                .apply(flat, &[], &count);
            Some(chain.end(largest, &[], &op.out))
        }
        NumericOperationIr::MaxDim(op) => {
            let rule = Extremum {
                dim: op.axis,
                sign: 1.0,
            };
            operation(rule, &[&op.input], &op.out)
        }
        NumericOperationIr::MinDim(op) => {
            let rule = Extremum {
                dim: op.axis,
                sign: -1.0,
            };
            operation(rule, &[&op.input], &op.out)
        }
        NumericOperationIr::MaxAbsDim(op) => {
            let rule = Extremum {
                dim: op.axis,
                sign: 1.0,
            };
            let chain = Chain::from(&op.input).apply(Pointwise::Abs, &[], &op.input.shape);
            Some(chain.end(rule, &[], &op.out))
        }
        NumericOperationIr::MaxDimWithIndices(op) => {
            extremum_with_indices(&op.tensor, op.dim, 1.0, &op.out, &op.out_indices)
        }
        NumericOperationIr::MinDimWithIndices(op) => {
            extremum_with_indices(&op.tensor, op.dim, -1.0, &op.out, &op.out_indices)
        }
        NumericOperationIr::Sign(op) => operation(Discrete::sign(), &[&op.input], &op.out),
        NumericOperationIr::Pad(op) => movement::pad(op),
        NumericOperationIr::Full(op) => constant(&op.out, float(op.value)),
        other => discrete::lower_order(other),
    }
}

pub(super) fn lower_int(numeric: &NumericOperationIr) -> Option<Lowering> {
    match numeric {
        NumericOperationIr::Full(op) => constant(&op.out, float(op.value)),
        other => discrete::lower_integers(other),
    }
}

pub(super) fn lower_float(recorded: &FloatOperationIr) -> Option<Lowering> {
    match recorded {
        FloatOperationIr::Tanh(op) => pointwise(Pointwise::Tanh, op),
        FloatOperationIr::Exp(op) => pointwise(Pointwise::Exp, op),
        FloatOperationIr::Log(op) => pointwise(Pointwise::Log, op),
        FloatOperationIr::Log1p(op) => pointwise(Pointwise::Log1p, op),
        FloatOperationIr::Sqrt(op) => pointwise(Pointwise::Sqrt, op),
        FloatOperationIr::Recip(op) => pointwise(Pointwise::Recip, op),
        FloatOperationIr::Erf(op) => pointwise(Pointwise::Erf, op),
        FloatOperationIr::Sin(op) => pointwise(Pointwise::Sin, op),
        FloatOperationIr::Cos(op) => pointwise(Pointwise::Cos, op),
        FloatOperationIr::PowfScalar(op) => {
            let exponent = float(op.rhs);
            operation(Pointwise::Power { exponent }, &[&op.lhs], &op.out)
        }
        FloatOperationIr::Matmul(op) => operation(Matmul, &[&op.lhs, &op.rhs], &op.out),
        other => discrete::lower_rounding(other),
    }
}
