//! Arrays as safetensors.

use std::collections::HashMap;
use std::io;

use hesscope_report::{NamedArray, Values};
use safetensors::{Dtype, tensor::TensorView};

/// The file; the text becomes its metadata.
///
/// Its bytes depend on nothing but these: the library sorts tensors by type and name, and of metadata there is one text,
/// since the order of several is not fixed.
pub fn bytes(arrays: &[NamedArray], (name, text): (&str, &str)) -> io::Result<Vec<u8>> {
    let data: Vec<(Dtype, Vec<u8>)> = arrays.iter().map(|array| raw(&array.values)).collect();
    let mut views = Vec::with_capacity(arrays.len());
    for (array, (dtype, bytes)) in arrays.iter().zip(&data) {
        let view = TensorView::new(*dtype, array.shape.clone(), bytes).map_err(io::Error::other)?;
        views.push((array.name.as_str(), view));
    }
    let metadata = HashMap::from([(name.to_owned(), text.to_owned())]);
    safetensors::serialize(views, Some(metadata)).map_err(io::Error::other)
}

fn raw(values: &Values) -> (Dtype, Vec<u8>) {
    match values {
        Values::F64(values) => {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            (Dtype::F64, bytes.collect())
        }
        Values::F32(values) => {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            (Dtype::F32, bytes.collect())
        }
        Values::I64(values) => {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            (Dtype::I64, bytes.collect())
        }
        Values::Bool(values) => (
            Dtype::BOOL,
            values.iter().map(|&value| value.into()).collect(),
        ),
    }
}
