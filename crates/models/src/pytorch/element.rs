//! What the numbers of a tensor are.

use burn::tensor::DType;

/// Element type of a tensor in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    /// A float type that can be read.
    Float(DType),
    /// Numbers of another type, by its name.
    Other(String),
    /// No plain tensor, such as a sparse, quantized or complex one, by the name of its Python type.
    Object(String),
}

impl Element {
    /// The type of the storages of this name in PyTorch and the bytes that one number takes.
    pub(super) fn of_storage(name: &str) -> Option<(Self, usize)> {
        let (element, size) = match name {
            "DoubleStorage" => (Self::Float(DType::F64), 8),
            "FloatStorage" => (Self::Float(DType::F32), 4),
            "HalfStorage" => (Self::Float(DType::F16), 2),
            "BFloat16Storage" => (Self::Float(DType::BF16), 2),
            "LongStorage" => (Self::Other("I64".to_owned()), 8),
            "IntStorage" => (Self::Other("I32".to_owned()), 4),
            "ShortStorage" => (Self::Other("I16".to_owned()), 2),
            "CharStorage" => (Self::Other("I8".to_owned()), 1),
            "ByteStorage" => (Self::Other("U8".to_owned()), 1),
            "BoolStorage" => (Self::Other("Bool".to_owned()), 1),
            "ComplexDoubleStorage" => (Self::Object(name.to_owned()), 16),
            "ComplexFloatStorage" => (Self::Object(name.to_owned()), 8),
            "QInt32Storage" => (Self::Object(name.to_owned()), 4),
            "QInt8Storage" | "QUInt8Storage" | "QUInt4x2Storage" | "QUInt2x4Storage"
            | "UntypedStorage" => (Self::Object(name.to_owned()), 1),
            _ => return None,
        };
        Some((element, size))
    }
}
