//! Arrays as safetensors.

use std::collections::{BTreeMap, HashMap};

use hesscope_report::{NamedArray, Values};
use safetensors::{Dtype, tensor::TensorView};

use crate::failure::Failure;

/// The file; `texts` become its metadata.
///
/// Its bytes depend on nothing but these: the library sorts tensors by type and name, and of metadata there is one text,
/// since the order of several is not fixed.
pub fn bytes(arrays: &[NamedArray], texts: &BTreeMap<String, String>) -> Result<Vec<u8>, Failure> {
    let data: Vec<(Dtype, Vec<u8>)> = arrays.iter().map(|array| raw(&array.values)).collect();
    let mut views = Vec::with_capacity(arrays.len());
    for (array, (dtype, bytes)) in arrays.iter().zip(&data) {
        let view = TensorView::new(*dtype, array.shape.clone(), bytes)?;
        views.push((array.name.as_str(), view));
    }
    let texts: HashMap<String, String> = texts.clone().into_iter().collect();
    Ok(safetensors::serialize(views, Some(texts))?)
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
