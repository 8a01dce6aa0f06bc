//! Operations on integers and truth values, and those that make them.

use burn_backend::{
    BoolDType, IntDType, Scalar, get_or_init_device_settings,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
};
use burn_dispatch::Dispatch;
use burn_ir::{
    BaseOperationIr, BinaryOpIr, BoolOperationIr, FloatOperationIr, IntOperationIr,
    NumericOperationIr, ReduceDimOpIr, ScalarOpIr, TensorIr, UnaryOpIr,
};

use super::lowering::{Lowering, identity, operation};
use crate::array::{Array, Kind, finest_precision};
use crate::precision::PrecisionExt;
use crate::rules::discrete::Discrete;

/// How the device of an array stores truth values.
fn bool_dtype(array: &Array) -> BoolDType {
    get_or_init_device_settings::<Dispatch>(array.device().as_dispatch()).bool_dtype
}

/// How the device of an array stores integers.
fn int_dtype(array: &Array) -> IntDType {
    get_or_init_device_settings::<Dispatch>(array.device().as_dispatch()).int_dtype
}

fn unary(
    name: &'static str,
    op: &UnaryOpIr,
    function: impl Fn(&Array) -> Array + Send + Sync + 'static,
) -> Option<Lowering> {
    let rule = Discrete::new(name, move |inputs| function(&inputs[0]));
    operation(rule, &[&op.input], &op.out)
}

fn binary(
    name: &'static str,
    op: &BinaryOpIr,
    function: impl Fn(&Array, &Array) -> Array + Send + Sync + 'static,
) -> Option<Lowering> {
    let rule = Discrete::new(name, move |inputs| function(&inputs[0], &inputs[1]));
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

fn along(
    name: &'static str,
    op: &ReduceDimOpIr,
    function: impl Fn(&Array, usize) -> Array + Send + Sync + 'static,
) -> Option<Lowering> {
    let axis = op.axis;
    let rule = Discrete::new(name, move |inputs| function(&inputs[0], axis));
    operation(rule, &[&op.input], &op.out)
}

fn converted(
    name: &'static str,
    input: &TensorIr,
    output: &TensorIr,
    function: impl Fn(&Array) -> Array + Send + Sync + 'static,
) -> Option<Lowering> {
    let rule = Discrete::new(name, move |inputs| function(&inputs[0]));
    operation(rule, &[input], output)
}

/// A comparison of two tensors, or of one with a number, of either numeric kind.
macro_rules! comparison {
    ($name:literal, $op:expr, $float:ident, $int:ident) => {
        binary($name, $op, |a, b| {
            let (dtype, kind) = (bool_dtype(a), a.kind());
            let (a, b) = (a.0.clone(), b.0.clone());
            Array(match kind {
                Kind::Float => Dispatch::$float(a, b, dtype),
                _ => Dispatch::$int(a, b, dtype),
            })
        })
    };
}

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
        BaseOperationIr::Equal(op) if is_bool(&op.lhs) => binary("equal", op, |a, b| {
            Array(Dispatch::bool_equal(a.0.clone(), b.0.clone()))
        }),
        BaseOperationIr::NotEqual(op) if is_bool(&op.lhs) => binary("not_equal", op, |a, b| {
            Array(Dispatch::bool_not_equal(a.0.clone(), b.0.clone()))
        }),
        BaseOperationIr::EqualElem(op) if is_bool(&op.lhs) => scalar("equal", op, |a, number| {
            Array(Dispatch::bool_equal_elem(a.0.clone(), number))
        }),
        BaseOperationIr::NotEqualElem(op) if is_bool(&op.lhs) => {
            scalar("not_equal", op, |a, number| {
                Array(Dispatch::bool_not_equal_elem(a.0.clone(), number))
            })
        }
        BaseOperationIr::Equal(op) => comparison!("equal", op, float_equal, int_equal),
        BaseOperationIr::NotEqual(op) => {
            comparison!("not_equal", op, float_not_equal, int_not_equal)
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
        NumericOperationIr::Greater(op) => comparison!("greater", op, float_greater, int_greater),
        NumericOperationIr::GreaterElem(op) => {
            comparison_with_number!("greater", op, float_greater_elem, int_greater_elem)
        }
        NumericOperationIr::GreaterEqual(op) => {
            comparison!("greater_equal", op, float_greater_equal, int_greater_equal)
        }
        NumericOperationIr::GreaterEqualElem(op) => comparison_with_number!(
            "greater_equal",
            op,
            float_greater_equal_elem,
            int_greater_equal_elem
        ),
        NumericOperationIr::Lower(op) => comparison!("lower", op, float_lower, int_lower),
        NumericOperationIr::LowerElem(op) => {
            comparison_with_number!("lower", op, float_lower_elem, int_lower_elem)
        }
        NumericOperationIr::LowerEqual(op) => {
            comparison!("lower_equal", op, float_lower_equal, int_lower_equal)
        }
        NumericOperationIr::LowerEqualElem(op) => comparison_with_number!(
            "lower_equal",
            op,
            float_lower_equal_elem,
            int_lower_equal_elem
        ),
        NumericOperationIr::ArgMax(op) => along("argmax", op, |a, axis| {
            Array(match a.kind() {
                Kind::Float => Dispatch::float_argmax(a.0.clone(), axis, int_dtype(a)),
                // Burn's CPU backend gives places of integers as integers of its own choice.
                _ => Dispatch::int_cast(Dispatch::int_argmax(a.0.clone(), axis), int_dtype(a)),
            })
        }),
        NumericOperationIr::ArgMin(op) => along("argmin", op, |a, axis| {
            Array(match a.kind() {
                Kind::Float => Dispatch::float_argmin(a.0.clone(), axis, int_dtype(a)),
                _ => Dispatch::int_cast(Dispatch::int_argmin(a.0.clone(), axis), int_dtype(a)),
            })
        }),
        _ => None,
    }
}

/// Arithmetic of integers.
pub(super) fn lower_integers(numeric: &NumericOperationIr) -> Option<Lowering> {
    /// An operation of the dispatch backend on two tensors.
    macro_rules! two {
        ($name:literal, $op:expr, $function:ident) => {
            binary($name, $op, |a, b| {
                Array(Dispatch::$function(a.0.clone(), b.0.clone()))
            })
        };
    }
    macro_rules! with_number {
        ($name:literal, $op:expr, $function:ident) => {
            scalar($name, $op, |a, number| {
                Array(Dispatch::$function(a.0.clone(), number))
            })
        };
    }
    match numeric {
        NumericOperationIr::Add(op) => two!("int_add", op, int_add),
        NumericOperationIr::Sub(op) => two!("int_sub", op, int_sub),
        NumericOperationIr::Mul(op) => two!("int_mul", op, int_mul),
        NumericOperationIr::Div(op) => two!("int_div", op, int_div),
        NumericOperationIr::Rem(op) => two!("int_remainder", op, int_remainder),
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
            converted("int_clamp", &op.tensor, &op.out, move |a| {
                Array(Dispatch::int_clamp(a.0.clone(), min, max))
            })
        }
        NumericOperationIr::Neg(op) => {
            unary("int_neg", op, |a| Array(Dispatch::int_neg(a.0.clone())))
        }
        NumericOperationIr::Abs(op) => {
            unary("int_abs", op, |a| Array(Dispatch::int_abs(a.0.clone())))
        }
        NumericOperationIr::Sign(op) => {
            unary("int_sign", op, |a| Array(Dispatch::int_sign(a.0.clone())))
        }
        NumericOperationIr::SumDim(op) => along("int_sum_dim", op, |a, axis| {
            Array(Dispatch::int_sum_dim(a.0.clone(), axis))
        }),
        NumericOperationIr::MaxDim(op) => along("int_max_dim", op, |a, axis| {
            Array(Dispatch::int_max_dim(a.0.clone(), axis))
        }),
        NumericOperationIr::MinDim(op) => along("int_min_dim", op, |a, axis| {
            Array(Dispatch::int_min_dim(a.0.clone(), axis))
        }),
        NumericOperationIr::CumSum(op) => {
            let axis = op.axis;
            converted("int_cumsum", &op.input, &op.out, move |a| {
                Array(Dispatch::int_cumsum(a.0.clone(), axis))
            })
        }
        other => lower_order(other),
    }
}

/// Integers as floats, in the finest precision the device has; the program takes them to its own.
pub(super) fn lower_int(int: &IntOperationIr) -> Option<Lowering> {
    match int {
        IntOperationIr::IntoFloat(op) => converted("int_into_float", &op.input, &op.out, |a| {
            let precision = finest_precision(&a.device());
            Array(Dispatch::int_into_float(a.0.clone(), precision.float()))
        }),
        _ => None,
    }
}

/// Logic, and truth values as numbers.
pub(super) fn lower_bool(bool: &BoolOperationIr) -> Option<Lowering> {
    match bool {
        BoolOperationIr::Not(op) => unary("not", op, |a| Array(Dispatch::bool_not(a.0.clone()))),
        BoolOperationIr::And(op) => binary("and", op, |a, b| {
            Array(Dispatch::bool_and(a.0.clone(), b.0.clone()))
        }),
        BoolOperationIr::Or(op) => binary("or", op, |a, b| {
            Array(Dispatch::bool_or(a.0.clone(), b.0.clone()))
        }),
        BoolOperationIr::Xor(op) => binary("xor", op, |a, b| {
            Array(Dispatch::bool_xor(a.0.clone(), b.0.clone()))
        }),
        BoolOperationIr::IntoInt(op) => converted("bool_into_int", &op.input, &op.out, |a| {
            Array(Dispatch::bool_into_int(a.0.clone(), int_dtype(a)))
        }),
        BoolOperationIr::IntoFloat(op) => converted("bool_into_float", &op.input, &op.out, |a| {
            let precision = finest_precision(&a.device());
            Array(Dispatch::bool_into_float(a.0.clone(), precision.float()))
        }),
    }
}

/// Floats rounded, or as integers or truth values.
pub(super) fn lower_rounding(float: &FloatOperationIr) -> Option<Lowering> {
    macro_rules! rounded {
        ($name:literal, $op:expr, $function:ident) => {
            unary($name, $op, |a| Array(Dispatch::$function(a.0.clone())))
        };
    }
    match float {
        FloatOperationIr::Round(op) => rounded!("round", op, float_round),
        FloatOperationIr::Floor(op) => rounded!("floor", op, float_floor),
        FloatOperationIr::Ceil(op) => rounded!("ceil", op, float_ceil),
        FloatOperationIr::Trunc(op) => rounded!("trunc", op, float_trunc),
        FloatOperationIr::IntoInt(op) => converted("into_int", &op.input, &op.out, |a| {
            Array(Dispatch::float_into_int(a.0.clone(), int_dtype(a)))
        }),
        FloatOperationIr::IsNan(op) => unary("is_nan", op, |a| {
            Array(Dispatch::float_is_nan(a.0.clone(), bool_dtype(a)))
        }),
        FloatOperationIr::IsInf(op) => unary("is_inf", op, |a| {
            Array(Dispatch::float_is_inf(a.0.clone(), bool_dtype(a)))
        }),
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
