//! safetensors files: `images` and `labels`, and in the metadata perhaps `class_names`, one a line.

use super::ArrayError;
use super::array::{Array, Content, Numbers, element_type};
use safetensors::{Dtype, SafeTensors};
use std::collections::HashSet;
use std::path::Path;

/// Reads `images` and `labels`; `path` only serves the messages.
pub(crate) fn read(bytes: &[u8], path: &Path) -> Result<Content, ArrayError> {
    let unsound = |error: safetensors::SafeTensorError| ArrayError::Safetensors {
        path: path.to_owned(),
        problem: error.to_string(),
    };
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unsound)?;
    let metadata = metadata.metadata().as_ref();
    let names = metadata.and_then(|metadata| metadata.get("class_names"));
    let names = names.map(|text| class_names(text, path)).transpose()?;
    let tensors = SafeTensors::deserialize(bytes).map_err(unsound)?;
    let array = |array: &'static str| {
        let view = tensors
            .tensor(array)
            .map_err(|_| ArrayError::ArrayMissing {
                path: path.to_owned(),
                array,
            })?;
        let numbers = numbers(view.dtype(), view.data())
            .filter(|numbers| numbers.fit(array))
            .ok_or_else(|| element_type(path, array, view.dtype().to_string()))?;
        Ok(Array {
            numbers,
            shape: view.shape().to_vec(),
        })
    };
    Content::new(array("images")?, array("labels")?, names, path)
}

/// The numbers in little-endian bytes, if they are of a type that is read.
fn numbers(kind: Dtype, data: &[u8]) -> Option<Numbers> {
    fn each<const N: usize, T>(data: &[u8], from: fn([u8; N]) -> T) -> Vec<T> {
        data.as_chunks()
            .0
            .iter()
            .map(|&bytes| from(bytes))
            .collect()
    }
    fn integers<const N: usize, T: Into<i128>>(data: &[u8], from: fn([u8; N]) -> T) -> Numbers {
        let chunks = data.as_chunks().0.iter();
        Numbers::Integers(chunks.map(|&bytes| from(bytes).into()).collect())
    }
    Some(match kind {
        Dtype::U8 => Numbers::U8(data.to_vec()),
        Dtype::F32 => Numbers::F32(each(data, f32::from_le_bytes)),
        Dtype::F64 => Numbers::F64(each(data, f64::from_le_bytes)),
        Dtype::I8 => integers(data, i8::from_le_bytes),
        Dtype::I16 => integers(data, i16::from_le_bytes),
        Dtype::U16 => integers(data, u16::from_le_bytes),
        Dtype::I32 => integers(data, i32::from_le_bytes),
        Dtype::U32 => integers(data, u32::from_le_bytes),
        Dtype::I64 => integers(data, i64::from_le_bytes),
        Dtype::U64 => integers(data, u64::from_le_bytes),
        _ => return None,
    })
}

fn class_names(text: &str, path: &Path) -> Result<Vec<String>, ArrayError> {
    let names: Vec<String> = text.lines().map(String::from).collect();
    let wrong = |problem: String| {
        Err(ArrayError::ClassNames {
            path: path.to_owned(),
            problem,
        })
    };
    if names.is_empty() {
        return wrong("no names".into());
    }
    let mut seen = HashSet::new();
    if names.iter().any(|name| name.trim().is_empty()) {
        return wrong("an empty name".into());
    }
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(name) => wrong(format!("the name `{name}` twice")),
        None => Ok(names),
    }
}
