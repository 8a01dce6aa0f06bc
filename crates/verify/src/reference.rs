//! Reading a reference file.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use serde::Deserialize;

use crate::error::VerifyError;
use crate::kind::NetworkKind;
use crate::tensor::{ReferenceTensor, find, floats, integers};

/// What the file says of itself, in its metadata under `meta`.
#[derive(Debug, Clone, Deserialize)]
struct Meta {
    kind: String,
    bn_mode: String,
    classes: usize,
    examples: usize,
    parameters: usize,
    parameter_order: Vec<String>,
}

/// A reference in memory.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Which network it holds.
    pub kind: NetworkKind,
    /// Whether BatchNorm uses the statistics of the batch.
    pub batch_statistics: bool,
    /// The number of classes, C.
    pub classes: usize,
    /// The parameters by name, in the order in which they make up a vector; matrices of linear layers
    /// are [out, in].
    pub parameters: Vec<(String, ReferenceTensor)>,
    /// Running statistics by name.
    pub buffers: Vec<(String, ReferenceTensor)>,
    /// The inputs, [n, …].
    pub inputs: ReferenceTensor,
    /// The class of each.
    pub labels: Vec<u32>,
    /// The directions, [k, p].
    pub directions: ReferenceTensor,
    path: PathBuf,
    tensors: Vec<(String, ReferenceTensor)>,
}

impl Reference {
    /// Reads a reference.
    ///
    /// # Errors
    ///
    /// One sentence that names the file, and the tensor or field at fault.
    pub fn read(path: &Path) -> Result<Self, VerifyError> {
        let bytes = fs::read(path).map_err(|source| VerifyError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        let format = |reason: String| VerifyError::Format {
            path: path.to_path_buf(),
            reason,
        };
        let foreign = |reason: String| VerifyError::Foreign {
            path: path.to_path_buf(),
            reason,
        };
        let (_, header) =
            SafeTensors::read_metadata(&bytes).map_err(|error| format(error.to_string()))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| format(error.to_string()))?;
        let meta = header
            .metadata()
            .as_ref()
            .and_then(|map| map.get("meta"))
            .ok_or_else(|| foreign("its metadata has no entry `meta`".into()))?;
        let meta: Meta = serde_json::from_str(meta)
            .map_err(|error| foreign(format!("its metadata `meta` does not read: {error}")))?;
        let kind = NetworkKind::from_name(&meta.kind).ok_or_else(|| {
            foreign(format!(
                "its kind is `{}`, not one of {}",
                meta.kind,
                NetworkKind::names()
            ))
        })?;
        let batch_statistics = match meta.bn_mode.as_str() {
            "eval" => false,
            "train" => true,
            other => {
                return Err(foreign(format!(
                    "its bn_mode is `{other}`, not eval or train"
                )));
            }
        };
        let mut tensors = Vec::new();
        let mut labels = None;
        for (name, view) in file.tensors() {
            if name == "y" {
                labels = Some(integers(view.dtype(), view.data()).ok_or_else(|| {
                    foreign("its labels `y` are not int64 numbers of classes".into())
                })?);
                continue;
            }
            let values = floats(view.dtype(), view.data()).ok_or_else(|| {
                foreign(format!(
                    "its tensor `{name}` is {:?}, not F64",
                    view.dtype()
                ))
            })?;
            tensors.push((
                name,
                ReferenceTensor {
                    shape: view.shape().to_vec(),
                    values,
                },
            ));
        }
        let tensor = |name: &str| {
            let found = find(&tensors, name).cloned();
            found.ok_or_else(|| foreign(format!("it has no tensor `{name}`")))
        };
        let labels = labels.ok_or_else(|| foreign("it has no labels `y`".into()))?;
        let parameters = meta
            .parameter_order
            .iter()
            .map(|name| Ok((name.clone(), tensor(&format!("param.{name}"))?)))
            .collect::<Result<Vec<_>, VerifyError>>()?;
        let buffers = tensors
            .iter()
            .filter_map(|(name, values)| {
                name.strip_prefix("buffer.")
                    .map(|name| (name.to_string(), values.clone()))
            })
            .collect();
        let inputs = tensor("x")?;
        let directions = tensor("v")?;
        let dim: usize = parameters
            .iter()
            .map(|(_, values)| values.values.len())
            .sum();
        if dim != meta.parameters
            || directions.shape.len() != 2
            || directions.shape.get(1) != Some(&dim)
        {
            return Err(foreign(format!(
                "it says {} parameters, holds {dim}, and its directions have shape {:?}",
                meta.parameters, directions.shape
            )));
        }
        if labels.len() != meta.examples || inputs.shape.first() != Some(&labels.len()) {
            return Err(foreign(format!(
                "it says {} examples, has {} labels, and its inputs have shape {:?}",
                meta.examples,
                labels.len(),
                inputs.shape
            )));
        }
        if labels.iter().any(|&label| label as usize >= meta.classes) {
            return Err(foreign(format!(
                "a label is not below its {} classes",
                meta.classes
            )));
        }
        Ok(Reference {
            kind,
            batch_statistics,
            classes: meta.classes,
            parameters,
            buffers,
            inputs,
            labels,
            directions,
            path: path.to_path_buf(),
            tensors,
        })
    }

    /// The number of parameters, p.
    pub fn dim(&self) -> usize {
        self.directions.shape[1]
    }

    /// A tensor of the file.
    ///
    /// # Errors
    ///
    /// When there is none of this name.
    pub fn tensor(&self, name: &str) -> Result<&ReferenceTensor, VerifyError> {
        find(&self.tensors, name).ok_or_else(|| self.foreign(format!("it has no tensor `{name}`")))
    }

    pub(crate) fn foreign(&self, reason: String) -> VerifyError {
        VerifyError::Foreign {
            path: self.path.clone(),
            reason,
        }
    }
}
