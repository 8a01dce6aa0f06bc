//! Operations with nothing to differentiate: arithmetic of integers, comparisons, logic, rounding.

use std::fmt;
use std::sync::Arc;

use burn_backend::{
    BoolDType, IntDType, get_or_init_device_settings,
    ops::{BoolTensorOps, FloatTensorOps, IntTensorOps},
};
use burn_dispatch::Dispatch;

use super::{PerInput, Point, Rule, Saved};
use crate::array::{Array, Kind, finest_precision};
use crate::precision::PrecisionExt;

/// A function of arrays whose value is constant around nearly every point, or does not depend on any
/// float at all.
#[derive(Clone)]
pub struct Discrete {
    name: &'static str,
    function: Arc<Function>,
}

type Function = dyn Fn(&[Array]) -> Array + Send + Sync;

impl Discrete {
    /// The operation of this name and function.
    pub fn new(
        name: &'static str,
        function: impl Fn(&[Array]) -> Array + Send + Sync + 'static,
    ) -> Self {
        Discrete {
            name,
            function: Arc::new(function),
        }
    }
}

impl fmt::Debug for Discrete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Discrete").field(&self.name).finish()
    }
}

impl Rule for Discrete {
    fn name(&self) -> &str {
        self.name
    }

    fn curved(&self) -> bool {
        false
    }

    fn piecewise_constant(&self) -> bool {
        true
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        ((self.function)(inputs), Saved::default())
    }

    fn jvp(&self, _at: Point, _tangents: &[Option<Array>]) -> Option<Array> {
        None
    }

    fn vjp(&self, _at: Point, _cotangent: &Array, wanted: &[bool]) -> PerInput {
        vec![None; wanted.len()]
    }
}

/// How the device of an array stores truth values.
pub(crate) fn bool_dtype(array: &Array) -> BoolDType {
    get_or_init_device_settings::<Dispatch>(array.device().as_dispatch()).bool_dtype
}

/// How the device of an array stores integers.
pub(crate) fn int_dtype(array: &Array) -> IntDType {
    get_or_init_device_settings::<Dispatch>(array.device().as_dispatch()).int_dtype
}

/// Functions of one tensor, or of two of one shape.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($tensor:ident),+) => $operation:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> Self {
            Discrete::new(stringify!($name), |inputs| {
                functions!(@bind inputs; 0; $($tensor)+);
                $operation
            })
        }
    )*};
    (@bind $inputs:ident; $at:expr; $first:ident) => { let $first = &$inputs[$at]; };
    (@bind $inputs:ident; $at:expr; $first:ident $second:ident) => {
        let ($first, $second) = (&$inputs[$at], &$inputs[$at + 1]);
    };
}

/// A comparison of two tensors of one numeric kind.
macro_rules! compared {
    ($a:expr, $b:expr, $float:ident, $int:ident) => {{
        let (dtype, kind) = (bool_dtype($a), $a.kind());
        let (a, b) = ($a.0.clone(), $b.0.clone());
        Array(match kind {
            Kind::Float => Dispatch::$float(a, b, dtype),
            _ => Dispatch::$int(a, b, dtype),
        })
    }};
}

macro_rules! two {
    ($a:expr, $b:expr, $function:ident) => {
        Array(Dispatch::$function($a.0.clone(), $b.0.clone()))
    };
}

macro_rules! one {
    ($a:expr, $function:ident) => {
        Array(Dispatch::$function($a.0.clone()))
    };
}

impl Discrete {
    functions! {
        /// Whether elements of any kind are equal.
        equal(a, b) => match a.kind() {
            Kind::Bool => two!(a, b, bool_equal),
            _ => compared!(a, b, float_equal, int_equal),
        };
        /// Whether elements of any kind differ.
        not_equal(a, b) => match a.kind() {
            Kind::Bool => two!(a, b, bool_not_equal),
            _ => compared!(a, b, float_not_equal, int_not_equal),
        };
        /// Whether a > b.
        greater(a, b) => compared!(a, b, float_greater, int_greater);
        /// Whether a ≥ b.
        greater_equal(a, b) => compared!(a, b, float_greater_equal, int_greater_equal);
        /// Whether a < b.
        lower(a, b) => compared!(a, b, float_lower, int_lower);
        /// Whether a ≤ b.
        lower_equal(a, b) => compared!(a, b, float_lower_equal, int_lower_equal);
        /// The sum of integers.
        int_add(a, b) => two!(a, b, int_add);
        /// The difference of integers.
        int_sub(a, b) => two!(a, b, int_sub);
        /// The product of integers.
        int_mul(a, b) => two!(a, b, int_mul);
        /// The quotient of integers, rounded towards zero.
        int_div(a, b) => two!(a, b, int_div);
        /// The remainder of integers, with the sign of the divisor.
        int_remainder(a, b) => two!(a, b, int_remainder);
        /// The negative of integers.
        int_neg(a) => one!(a, int_neg);
        /// The absolute value of integers.
        int_abs(a) => one!(a, int_abs);
        /// -1, 0 or 1 as the integer is below, at or above zero.
        int_sign(a) => one!(a, int_sign);
        /// Whether neither holds.
        not(a) => one!(a, bool_not);
        /// Whether both hold.
        and(a, b) => two!(a, b, bool_and);
        /// Whether one holds at least.
        or(a, b) => two!(a, b, bool_or);
        /// Whether one of them holds.
        xor(a, b) => two!(a, b, bool_xor);
        /// Floats rounded to the nearest integer, halves to the even one.
        round(a) => one!(a, float_round);
        /// The largest integer that is not above each float.
        floor(a) => one!(a, float_floor);
        /// The smallest integer that is not below each float.
        ceil(a) => one!(a, float_ceil);
        /// Floats without what follows the point.
        trunc(a) => one!(a, float_trunc);
        /// -1, 0 or 1 as the float is below, at or above zero.
        sign(a) => a.sign();
        /// Whether a float is not a number.
        is_nan(a) => Array(Dispatch::float_is_nan(a.0.clone(), bool_dtype(a)));
        /// Whether a float is infinite.
        is_inf(a) => Array(Dispatch::float_is_inf(a.0.clone(), bool_dtype(a)));
        /// Floats as integers, without what follows the point.
        into_int(a) => Array(Dispatch::float_into_int(a.0.clone(), int_dtype(a)));
        /// Integers as floats, in the finest precision the device has; the program takes them to its own.
        int_into_float(a) => {
            let precision = finest_precision(&a.device());
            Array(Dispatch::int_into_float(a.0.clone(), precision.float()))
        };
        /// Truth values as one and zero.
        bool_into_int(a) => Array(Dispatch::bool_into_int(a.0.clone(), int_dtype(a)));
        /// Truth values as one and zero.
        bool_into_float(a) => {
            let precision = finest_precision(&a.device());
            Array(Dispatch::bool_into_float(a.0.clone(), precision.float()))
        };
    }

    /// Where the largest number along an axis is, which stays with extent one: the first of equals.
    pub fn argmax(dim: usize) -> Self {
        Discrete::new("argmax", move |inputs| {
            let a = &inputs[0];
            Array(match a.kind() {
                Kind::Float => Dispatch::float_argmax(a.0.clone(), dim, int_dtype(a)),
                // Burn's CPU backend gives places of integers as integers of its own choice.
                _ => Dispatch::int_cast(Dispatch::int_argmax(a.0.clone(), dim), int_dtype(a)),
            })
        })
    }

    /// Where the least number along an axis is, which stays with extent one: the first of equals.
    pub fn argmin(dim: usize) -> Self {
        Discrete::new("argmin", move |inputs| {
            let a = &inputs[0];
            Array(match a.kind() {
                Kind::Float => Dispatch::float_argmin(a.0.clone(), dim, int_dtype(a)),
                _ => Dispatch::int_cast(Dispatch::int_argmin(a.0.clone(), dim), int_dtype(a)),
            })
        })
    }

    /// The sum of integers over an axis, which stays with extent one.
    pub fn int_sum_dim(dim: usize) -> Self {
        Discrete::new("int_sum_dim", move |inputs| {
            Array(Dispatch::int_sum_dim(inputs[0].0.clone(), dim))
        })
    }

    /// The largest integer along an axis, which stays with extent one.
    pub fn int_max_dim(dim: usize) -> Self {
        Discrete::new("int_max_dim", move |inputs| {
            Array(Dispatch::int_max_dim(inputs[0].0.clone(), dim))
        })
    }

    /// The least integer along an axis, which stays with extent one.
    pub fn int_min_dim(dim: usize) -> Self {
        Discrete::new("int_min_dim", move |inputs| {
            Array(Dispatch::int_min_dim(inputs[0].0.clone(), dim))
        })
    }

    /// The sum of all integers up to each along an axis.
    pub fn int_cumsum(dim: usize) -> Self {
        Discrete::new("int_cumsum", move |inputs| {
            Array(Dispatch::int_cumsum(inputs[0].0.clone(), dim))
        })
    }
}
