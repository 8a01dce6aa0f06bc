//! What the elements of an array are.

use burn::tensor::DType;

/// What the elements of an [`Array`](crate::array::Array) are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Floats.
    Float,
    /// Integers.
    Int,
    /// Truth values.
    Bool,
}

impl Kind {
    /// The kind of Burn's type of an element.
    pub fn of(dtype: DType) -> Self {
        if dtype.is_float() {
            Kind::Float
        } else if dtype.is_bool() {
            Kind::Bool
        } else {
            Kind::Int
        }
    }
}

/// The same operation for each kind of elements.
macro_rules! by_kind {
    ($kind:expr => $float:ident | $int:ident | $bool:ident ($($argument:expr),* $(,)?)) => {
        match $kind {
            Kind::Float => Dispatch::$float($($argument),*),
            Kind::Int => Dispatch::$int($($argument),*),
            Kind::Bool => Dispatch::$bool($($argument),*),
        }
    };
}
pub(super) use by_kind;
