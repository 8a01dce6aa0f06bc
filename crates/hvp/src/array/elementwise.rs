//! Operations on each element, with broadcasting.

use burn_backend::{Scalar, ops::FloatTensorOps};
use burn_dispatch::Dispatch;

use super::tensor::Array;

macro_rules! of_one {
    ($($(#[$doc:meta])* $name:ident => $operation:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self) -> Array {
            Array(Dispatch::$operation(self.0.clone()))
        }
    )*};
}

macro_rules! of_two {
    ($($(#[$doc:meta])* $name:ident => $operation:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, other: &Array) -> Array {
            Array(Dispatch::$operation(self.0.clone(), other.0.clone()))
        }
    )*};
}

macro_rules! with_number {
    ($($(#[$doc:meta])* $name:ident => $operation:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&self, number: f64) -> Array {
            Array(Dispatch::$operation(self.0.clone(), Scalar::Float(number)))
        }
    )*};
}

impl Array {
    of_two! {
        /// The sum, with broadcasting.
        add => float_add;
        /// The difference, with broadcasting.
        sub => float_sub;
        /// The elementwise product, with broadcasting.
        mul => float_mul;
        /// The elementwise quotient, with broadcasting.
        div => float_div;
    }

    /// The sum, with broadcasting, in the memory of one of them where nothing else reads it.
    pub fn plus(self, other: Array) -> Array {
        Array(Dispatch::float_add(self.0, other.0))
    }

    /// The elementwise product, with broadcasting, in the memory of one of them where nothing else
    /// reads it.
    pub fn times(self, other: Array) -> Array {
        Array(Dispatch::float_mul(self.0, other.0))
    }

    with_number! {
        /// Adds a number to every element.
        add_scalar => float_add_scalar;
        /// Multiplies every element by a number.
        scale => float_mul_scalar;
        /// Every element to a power.
        powf => float_powf_scalar;
        /// The larger of every element and a number.
        clamp_min => float_clamp_min;
        /// The smaller of every element and a number.
        clamp_max => float_clamp_max;
    }

    of_one! {
        /// The negative.
        neg => float_neg;
        /// The reciprocal of every element.
        recip => float_recip;
        /// The square root of every element.
        sqrt => float_sqrt;
        /// The exponential of every element.
        exp => float_exp;
        /// The natural logarithm of every element.
        log => float_log;
        /// The hyperbolic tangent of every element.
        tanh => float_tanh;
        /// The error function of every element.
        erf => float_erf;
        /// The natural logarithm of one plus every element.
        log1p => float_log1p;
        /// The sine of every element.
        sin => float_sin;
        /// The cosine of every element.
        cos => float_cos;
        /// The absolute value of every element.
        abs => float_abs;
        /// -1, 0 or 1 as the element is below, at or above zero.
        sign => float_sign;
    }

    /// One where the element is above zero, zero elsewhere.
    pub fn positive(&self) -> Array {
        let sign = Dispatch::float_sign(self.0.clone());
        Array(Dispatch::float_clamp_min(sign, Scalar::Float(0.0)))
    }
}
