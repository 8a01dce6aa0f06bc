//! Burn's names for a precision.

use burn::tensor::{DType, FloatDType};
pub use hesscope_records::Precision;

/// How Burn calls a precision.
pub trait PrecisionExt {
    /// Its type of an element.
    fn dtype(self) -> DType;
    /// The same, among floats.
    fn float(self) -> FloatDType;
}

impl PrecisionExt for Precision {
    fn dtype(self) -> DType {
        match self {
            Precision::F32 => DType::F32,
            Precision::F64 => DType::F64,
        }
    }

    fn float(self) -> FloatDType {
        match self {
            Precision::F32 => FloatDType::F32,
            Precision::F64 => FloatDType::F64,
        }
    }
}
