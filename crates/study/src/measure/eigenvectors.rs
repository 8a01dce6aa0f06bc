//! `eigenvectors/*.safetensors`: the leading eigenpairs of an operator, found once and used again.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use hesscope_hvp::{Array, ParameterSpace, Precision};
use hesscope_spectral::{Eigenpairs, VectorSpace};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::folder::RunFolder;

/// The folder of eigenvectors in the folder of a run.
pub const FOLDER: &str = "eigenvectors";

/// The one entry of the file's metadata.
const METADATA: &str = "hesscope.eigenvectors";

/// What is said of the pairs, in JSON, beside the tensors `values`, `residuals` and `vectors`, a row each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// SHA-256 of the settings they were found with.
    pub key: String,
    /// Version of hesscope.
    pub version: String,
    /// The operator.
    pub operator: String,
    /// The split the loss is the mean over.
    pub split: String,
    /// The epoch of the checkpoint.
    pub epoch: usize,
    /// The outliers counted at the end of positive eigenvalues, where the rule decided.
    pub outliers: Option<usize>,
    /// An upper bound of the modulus of all other eigenvalues, as far as is known: that of the next Ritz value
    /// and its residual.
    pub next: f64,
}

/// Leading eigenpairs and what is said of them.
pub struct Kept {
    pub about: About,
    pub pairs: Eigenpairs<Array>,
}

/// Writes the pairs.
pub fn write(
    folder: &RunFolder,
    name: &str,
    space: &ParameterSpace,
    kept: &Kept,
) -> Result<(), Failure> {
    let pairs = &kept.pairs;
    let double = |values: &[f64]| -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    };
    let (dtype, vectors) = match space.precision() {
        Precision::F32 => {
            let narrow = |value: f64| (value as f32).to_le_bytes();
            let all = pairs.vectors.iter().flat_map(|v| space.to_host(v));
            (Dtype::F32, all.flat_map(narrow).collect::<Vec<u8>>())
        }
        Precision::F64 => {
            let all = pairs.vectors.iter().flat_map(|v| space.to_host(v));
            (Dtype::F64, all.flat_map(f64::to_le_bytes).collect())
        }
    };
    let (values, residuals) = (double(&pairs.values), double(&pairs.residuals));
    let count = pairs.values.len();
    let tensors = [
        ("values", TensorView::new(Dtype::F64, vec![count], &values)?),
        (
            "residuals",
            TensorView::new(Dtype::F64, vec![count], &residuals)?,
        ),
        (
            "vectors",
            TensorView::new(dtype, vec![count, space.dim()], &vectors)?,
        ),
    ];
    let metadata = HashMap::from([(METADATA.to_owned(), serde_json::to_string(&kept.about)?)]);
    let bytes = safetensors::serialize(tensors, Some(metadata))?;
    folder.write(&format!("{FOLDER}/{name}"), &bytes)
}

/// What a file of pairs says of itself, if it is one; read without its vectors.
pub fn about(path: &Path) -> Option<About> {
    let mut file = fs::File::open(path).ok()?;
    let mut length = [0; 8];
    file.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).ok()?;
    // The library reads a header together with the tensors only, and these may be larger than the memory.
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    serde_json::from_str(header.get("__metadata__")?.get(METADATA)?.as_str()?).ok()
}

/// The pairs of these settings, if the file is there and whole; otherwise they are found again.
pub fn read(path: &Path, key: &str, space: &ParameterSpace) -> Option<Kept> {
    let bytes = fs::read(path).ok()?;
    let (_, header) = SafeTensors::read_metadata(&bytes).ok()?;
    let about: About = serde_json::from_str(header.metadata().as_ref()?.get(METADATA)?).ok()?;
    if about.key != key {
        return None;
    }
    let tensors = SafeTensors::deserialize(&bytes).ok()?;
    let values = numbers(&tensors, "values")?;
    let residuals = numbers(&tensors, "residuals")?;
    let all = numbers(&tensors, "vectors")?;
    let whole = residuals.len() == values.len() && all.len() == values.len() * space.dim();
    whole.then(|| Kept {
        about,
        pairs: Eigenpairs {
            values,
            residuals,
            vectors: all
                .chunks(space.dim())
                .map(|v| space.from_host(v))
                .collect(),
        },
    })
}

fn numbers(tensors: &SafeTensors, name: &str) -> Option<Vec<f64>> {
    let tensor = tensors.tensor(name).ok()?;
    let data = tensor.data();
    Some(match tensor.dtype() {
        Dtype::F64 => data
            .as_chunks()
            .0
            .iter()
            .map(|&b| f64::from_le_bytes(b))
            .collect(),
        Dtype::F32 => data
            .as_chunks()
            .0
            .iter()
            .map(|&b| f64::from(f32::from_le_bytes(b)))
            .collect(),
        _ => return None,
    })
}
