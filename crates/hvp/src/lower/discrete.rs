//! Operations on integers and truth values, and those that make them.

use burn_backend::{
    Scalar,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
};
use burn_dispatch::Dispatch;
use burn_ir::{
    BaseOperationIr, BinaryOpIr, BoolOperationIr, FloatOperationIr, IntOperationIr,
    NumericOperationIr, ReduceDimOpIr, ScalarOpIr, TensorIr, UnaryOpIr,
};

use super::lowering::{Lowering, identity, operation};
use crate::array::{Array, Kind};
use crate::rules::discrete::{Discrete, bool_dtype};

/// A function of one tensor.
fn unary(rule: Discrete, op: &UnaryOpIr) -> Option<Lowering> {
    operation(rule, &[&op.input], &op.out)
}

/// A function of two.
fn binary(rule: Discrete, op: &BinaryOpIr) -> Option<Lowering> {
    operation(rule, &[&op.lhs, &op.rhs], &op.out)
}

fn scalar(
    name: &'static str,
    op: &ScalarOpIr,
    function: impl Fn(&Array, Scalar) -> Array + Send + Sync + 'static,
) -> Option<Lowering> {
    let number = Scalar::from(op.rhs);
    let rule = Discrete::new(name, move |inputs| function(&inputs[0], number));
    operation(rule, &[&op.lhs], &op.out)
}

/// A function of a tensor along an axis.
fn along(rule: fn(usize) -> Discrete, op: &ReduceDimOpIr) -> Option<Lowering> {
    operation(rule(op.axis), &[&op.input], &op.out)
}

/// A comparison of a tensor of either numeric kind with a number.
macro_rules! comparison_with_number {
    ($name:literal, $op:expr, $float:ident, $int:ident) => {
        scalar($name, $op, |a, number| {
            let (dtype, kind) = (bool_dtype(a), a.kind());
            let a = a.0.clone();
            Array(match kind {
                Kind::Float => Dispatch::$float(a, number, dtype),
                _ => Dispatch::$int(a, number, dtype),
            })
        })
    };
}

/// Whether elements are equal, of any kind.
pub(super) fn lower_equality(base: &BaseOperationIr) -> Option<Lowering> {
    match base {
        BaseOperationIr::Equal(op) => binary(Discrete::equal(), op),
        BaseOperationIr::NotEqual(op) => binary(Discrete::not_equal(), op),
        BaseOperationIr::EqualElem(op) if is_bool(&op.lhs) => scalar("equal", op, |a, number| {
            Array(Dispatch::bool_equal_elem(a.0.clone(), number))
        }),
        BaseOperationIr::NotEqualElem(op) if is_bool(&op.lhs) => {
            scalar("not_equal", op, |a, number| {
                Array(Dispatch::bool_not_equal_elem(a.0.clone(), number))
            })
        }
        BaseOperationIr::EqualElem(op) => {
            comparison_with_number!("equal", op, float_equal_elem, int_equal_elem)
        }
        BaseOperationIr::NotEqualElem(op) => {
            comparison_with_number!("not_equal", op, float_not_equal_elem, int_not_equal_elem)
        }
        _ => None,
    }
}

fn is_bool(tensor: &TensorIr) -> bool {
    Kind::of(tensor.dtype) == Kind::Bool
}

/// How elements are ordered, of either numeric kind, and where the extreme ones are.
pub(super) fn lower_order(numeric: &NumericOperationIr) -> Option<Lowering> {
    match numeric {
        NumericOperationIr::Greater(op) => binary(Discrete::greater(), op),
        NumericOperationIr::GreaterElem(op) => {
            comparison_with_number!("greater", op, float_greater_elem, int_greater_elem)
        }
        NumericOperationIr::GreaterEqual(op) => binary(Discrete::greater_equal(), op),
        NumericOperationIr::GreaterEqualElem(op) => comparison_with_number!(
            "greater_equal",
            op,
            float_greater_equal_elem,
            int_greater_equal_elem
        ),
        NumericOperationIr::Lower(op) => binary(Discrete::lower(), op),
        NumericOperationIr::LowerElem(op) => {
            comparison_with_number!("lower", op, float_lower_elem, int_lower_elem)
        }
        NumericOperationIr::LowerEqual(op) => binary(Discrete::lower_equal(), op),
        NumericOperationIr::LowerEqualElem(op) => comparison_with_number!(
            "lower_equal",
            op,
            float_lower_equal_elem,
            int_lower_equal_elem
        ),
        NumericOperationIr::ArgMax(op) => along(Discrete::argmax, op),
        NumericOperationIr::ArgMin(op) => along(Discrete::argmin, op),
        _ => None,
    }
}

/// Arithmetic of integers.
pub(super) fn lower_integers(numeric: &NumericOperationIr) -> Option<Lowering> {
    macro_rules! with_number {
        ($name:literal, $op:expr, $function:ident) => {
            scalar($name, $op, |a, number| {
                Array(Dispatch::$function(a.0.clone(), number))
            })
        };
    }
    match numeric {
        NumericOperationIr::Add(op) => binary(Discrete::int_add(), op),
        NumericOperationIr::Sub(op) => binary(Discrete::int_sub(), op),
        NumericOperationIr::Mul(op) => binary(Discrete::int_mul(), op),
        NumericOperationIr::Div(op) => binary(Discrete::int_div(), op),
        NumericOperationIr::Rem(op) => binary(Discrete::int_remainder(), op),
        NumericOperationIr::AddScalar(op) => with_number!("int_add", op, int_add_scalar),
        NumericOperationIr::SubScalar(op) => with_number!("int_sub", op, int_sub_scalar),
        NumericOperationIr::MulScalar(op) => with_number!("int_mul", op, int_mul_scalar),
        NumericOperationIr::DivScalar(op) => with_number!("int_div", op, int_div_scalar),
        NumericOperationIr::RemScalar(op) => {
            with_number!("int_remainder", op, int_remainder_scalar)
        }
        NumericOperationIr::ClampMin(op) => with_number!("int_clamp_min", op, int_clamp_min),
        NumericOperationIr::ClampMax(op) => with_number!("int_clamp_max", op, int_clamp_max),
        NumericOperationIr::Clamp(op) => {
            let (min, max) = (Scalar::from(op.min), Scalar::from(op.max));
            let rule = Discrete::new("int_clamp", move |inputs| {
                Array(Dispatch::int_clamp(inputs[0].0.clone(), min, max))
            });
            operation(rule, &[&op.tensor], &op.out)
        }
        NumericOperationIr::Neg(op) => unary(Discrete::int_neg(), op),
        NumericOperationIr::Abs(op) => unary(Discrete::int_abs(), op),
        NumericOperationIr::Sign(op) => unary(Discrete::int_sign(), op),
        NumericOperationIr::SumDim(op) => along(Discrete::int_sum_dim, op),
        NumericOperationIr::MaxDim(op) => along(Discrete::int_max_dim, op),
        NumericOperationIr::MinDim(op) => along(Discrete::int_min_dim, op),
        NumericOperationIr::CumSum(op) => {
            operation(Discrete::int_cumsum(op.axis), &[&op.input], &op.out)
        }
        other => lower_order(other),
    }
}

/// Integers as floats.
pub(super) fn lower_int(int: &IntOperationIr) -> Option<Lowering> {
    match int {
        IntOperationIr::IntoFloat(op) => {
            operation(Discrete::int_into_float(), &[&op.input], &op.out)
        }
        _ => None,
    }
}

/// Logic, and truth values as numbers.
pub(super) fn lower_bool(bool: &BoolOperationIr) -> Option<Lowering> {
    match bool {
        BoolOperationIr::Not(op) => unary(Discrete::not(), op),
        BoolOperationIr::And(op) => binary(Discrete::and(), op),
        BoolOperationIr::Or(op) => binary(Discrete::or(), op),
        BoolOperationIr::Xor(op) => binary(Discrete::xor(), op),
        BoolOperationIr::IntoInt(op) => operation(Discrete::bool_into_int(), &[&op.input], &op.out),
        BoolOperationIr::IntoFloat(op) => {
            operation(Discrete::bool_into_float(), &[&op.input], &op.out)
        }
    }
}

/// Floats rounded, or as integers or truth values.
pub(super) fn lower_rounding(float: &FloatOperationIr) -> Option<Lowering> {
    match float {
        FloatOperationIr::Round(op) => unary(Discrete::round(), op),
        FloatOperationIr::Floor(op) => unary(Discrete::floor(), op),
        FloatOperationIr::Ceil(op) => unary(Discrete::ceil(), op),
        FloatOperationIr::Trunc(op) => unary(Discrete::trunc(), op),
        FloatOperationIr::IntoInt(op) => operation(Discrete::into_int(), &[&op.input], &op.out),
        FloatOperationIr::IsNan(op) => unary(Discrete::is_nan(), op),
        FloatOperationIr::IsInf(op) => unary(Discrete::is_inf(), op),
        _ => None,
    }
}

/// A cast within a kind: everything is computed in one precision, and integers in the device's own.
pub(super) fn lower_cast(base: &BaseOperationIr) -> Option<Lowering> {
    match base {
        BaseOperationIr::Cast(op) => identity(&op.input, &op.out),
        _ => None,
    }
}
