//! Tensors of a reference's file.

use safetensors::Dtype;

/// A tensor of the file, in float64.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceTensor {
    /// Extents.
    pub shape: Vec<usize>,
    /// Row-major values.
    pub values: Vec<f64>,
}

/// The tensor of this name.
pub(crate) fn find<'a>(
    tensors: &'a [(String, ReferenceTensor)],
    name: &str,
) -> Option<&'a ReferenceTensor> {
    let found = tensors.iter().find(|(found, _)| found == name);
    found.map(|(_, values)| values)
}

/// Numbers in float64.
pub(crate) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f64>> {
    (dtype == Dtype::F64).then(|| {
        let (chunks, _) = bytes.as_chunks::<8>();
        chunks
            .iter()
            .map(|chunk| f64::from_le_bytes(*chunk))
            .collect()
    })
}

/// Classes in int64.
pub(crate) fn integers(dtype: Dtype, bytes: &[u8]) -> Option<Vec<u32>> {
    if dtype != Dtype::I64 {
        return None;
    }
    let (chunks, _) = bytes.as_chunks::<8>();
    chunks
        .iter()
        .map(|chunk| u32::try_from(i64::from_le_bytes(*chunk)).ok())
        .collect()
}
