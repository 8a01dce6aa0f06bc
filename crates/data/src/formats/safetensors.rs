//! safetensors files: `images` or `inputs`, and `labels`, and in the metadata perhaps `class_names`, one a line.

use super::array::{Array, ElementType};
use super::stored::Stored;
use crate::error::{DataError, Fault};
use hesscope_files::name_given_twice;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use std::collections::HashSet;
use std::path::Path;

/// Reads `images` or `inputs`, and `labels`; `path` only serves the messages.
pub(crate) fn read(bytes: &[u8], path: &Path) -> Result<Stored, DataError> {
    if let Some(name) = name_given_twice(bytes) {
        let problem = format!("has the name `{name}` twice");
        let remedy = "store each array once";
        return Err(DataError::unusable(
            path,
            Fault::Inconsistent,
            problem,
            remedy,
        ));
    }
    let unsound = |error: SafeTensorError| {
        let problem = format!("is not a sound safetensors file ({error})");
        DataError::unusable(path, Fault::Damaged, problem, "write it again")
    };
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unsound)?;
    let metadata = metadata.metadata().as_ref();
    let names = metadata.and_then(|metadata| metadata.get("class_names"));
    let names = names.map(|text| class_names(text, path)).transpose()?;
    let tensors = SafeTensors::deserialize(bytes).map_err(unsound)?;
    let array = |array| {
        let missing = |_| super::array::missing(path, array);
        let view = tensors.tensor(array).map_err(missing)?;
        Ok::<_, DataError>(Array {
            element: element(view.dtype()),
            name: view.dtype().to_string(),
            shape: view.shape().to_vec(),
            bytes: view.data().into(),
        })
    };
    let name = Stored::name(|name| tensors.tensor(name).is_ok());
    Stored::new(name, array(name)?, array("labels")?, names, path)
}

/// The type of elements, if it is one that is read; safetensors are little-endian.
fn element(kind: Dtype) -> Option<ElementType> {
    Some(match kind {
        Dtype::U8 => ElementType::new('u', 1),
        Dtype::U16 => ElementType::new('u', 2),
        Dtype::U32 => ElementType::new('u', 4),
        Dtype::U64 => ElementType::new('u', 8),
        Dtype::I8 => ElementType::new('i', 1),
        Dtype::I16 => ElementType::new('i', 2),
        Dtype::I32 => ElementType::new('i', 4),
        Dtype::I64 => ElementType::new('i', 8),
        Dtype::F32 => ElementType::new('f', 4),
        Dtype::F64 => ElementType::new('f', 8),
        _ => return None,
    })
}

fn class_names(text: &str, path: &Path) -> Result<Vec<String>, DataError> {
    let names: Vec<String> = text.lines().map(String::from).collect();
    let mut seen = HashSet::new();
    let twice = names.iter().find(|name| !seen.insert(name.as_str()));
    let problem = if names.is_empty() {
        "no names".to_owned()
    } else if names.iter().any(|name| name.trim().is_empty()) {
        "an empty name".to_owned()
    } else if let Some(name) = twice {
        format!("the name `{name}` twice")
    } else {
        return Ok(names);
    };
    let problem = format!("has {problem} in class_names");
    let remedy = "store one different name a line";
    Err(DataError::unusable(
        path,
        Fault::Inconsistent,
        problem,
        remedy,
    ))
}
