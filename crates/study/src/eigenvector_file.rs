//! `eigenvectors/*.safetensors`: the leading eigenpairs of an operator, found once and used again.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use hesscope_files::{Sha256Writer, write_bytes};
use hesscope_hvp::{Array, ParameterSpace};
use hesscope_measure::{LeadingEffort, LeadingPairs};
use hesscope_records::{Precision, Subject, Terms};
use hesscope_spectral::{Eigenpairs, RitzValue, SpectralRange, VectorSpace};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};

use crate::error::StudyError;

/// The one entry of the file's metadata: the SHA-256 of what follows it and of all tensors, a space, and the rest as JSON.
const METADATA: &str = "hesscope.eigenvectors";

/// Everything that determines leading eigenpairs up to rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairsSettings {
    /// The operator.
    pub operator: Terms,
    /// The network and the examples.
    pub subject: Subject,
    /// The work that went into them.
    pub effort: LeadingEffort,
}

impl PairsSettings {
    /// SHA-256 of the settings as JSON.
    pub fn key(&self) -> String {
        hesscope_records::record::key(self)
    }
}

/// What is said of the pairs beside the tensors `values`, `residuals` and `vectors`, a row each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    settings: PairsSettings,
    version: String,
    converged: Vec<bool>,
    iterations: usize,
    next: f64,
    range: SpectralRange,
    ritz: Vec<Vec<RitzValue>>,
    complete: bool,
    products: usize,
}

/// Eigenpairs as a file holds them.
#[derive(Clone, Debug, PartialEq)]
pub struct EigenvectorFile {
    /// What they are of.
    pub settings: PairsSettings,
    /// Eigenvalues, largest modulus first.
    pub values: Vec<f64>,
    /// Their residual norms.
    pub residuals: Vec<f64>,
    /// The vectors, one after the other, p numbers each.
    pub vectors: Vec<f64>,
    about: About,
}

/// The folder of eigenvectors in that of a run.
pub const EIGENVECTORS: &str = "eigenvectors";

/// Where the pairs of these settings are kept below `root`.
pub fn path(root: &Path, settings: &PairsSettings) -> PathBuf {
    let name = format!(
        "{}-{}-{}.safetensors",
        settings.operator.file_stem(),
        settings.subject.stem(),
        &settings.key()[..12]
    );
    root.join(EIGENVECTORS).join(name)
}

/// Writes the pairs.
pub fn write(
    path: &Path,
    settings: &PairsSettings,
    space: &ParameterSpace,
    found: &LeadingPairs<Array>,
) -> Result<(), StudyError> {
    let pairs = &found.pairs;
    let double = |values: &[f64]| -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    };
    let all = pairs
        .vectors
        .iter()
        .flat_map(|vector| space.to_host(vector));
    let (dtype, vectors): (Dtype, Vec<u8>) = match space.precision() {
        Precision::F32 => (
            Dtype::F32,
            all.flat_map(|value| (value as f32).to_le_bytes()).collect(),
        ),
        Precision::F64 => (Dtype::F64, all.flat_map(f64::to_le_bytes).collect()),
    };
    let (values, residuals) = (double(&pairs.values), double(&pairs.residuals));
    let count = pairs.values.len();
    let about = About {
        settings: settings.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        converged: found.converged.clone(),
        iterations: found.iterations,
        next: found.next,
        range: found.range,
        ritz: found.ritz.clone(),
        complete: found.complete,
        products: found.products,
    };
    let fault =
        |error: String| StudyError::Fault(format!("{} cannot be formed: {error}", path.display()));
    let json = serde_json::to_string(&about).map_err(|error| fault(error.to_string()))?;
    let sum = content_sha256(&json, [&values, &residuals, &vectors]);
    let view = |dtype, shape, bytes| {
        TensorView::new(dtype, shape, bytes).map_err(|error| fault(error.to_string()))
    };
    let tensors = [
        ("values", view(Dtype::F64, vec![count], &values)?),
        ("residuals", view(Dtype::F64, vec![count], &residuals)?),
        ("vectors", view(dtype, vec![count, space.dim()], &vectors)?),
    ];
    let metadata = HashMap::from([(METADATA.to_owned(), format!("{sum} {json}"))]);
    let bytes = safetensors::serialize(tensors, Some(metadata))
        .map_err(|error| fault(error.to_string()))?;
    write_bytes(path, &bytes).map_err(|error| StudyError::write(path, error))
}

/// SHA-256 of the metadata and of the tensors `values`, `residuals` and `vectors`.
fn content_sha256(json: &str, tensors: [&[u8]; 3]) -> String {
    let mut sum = Sha256Writer::default();
    for bytes in [json.as_bytes()].into_iter().chain(tensors) {
        // Writing to a sum does not fail.
        let _ = sum.write_all(&(bytes.len() as u64).to_le_bytes());
        let _ = sum.write_all(bytes);
    }
    sum.hex()
}

/// Reads a file of eigenpairs, checked to be as it was written.
///
/// # Errors
///
/// A file that cannot be read or is damaged.
pub fn read_eigenvectors(path: &Path) -> Result<EigenvectorFile, StudyError> {
    let bytes = fs::read(path).map_err(|error| StudyError::read(path, error))?;
    parse(&bytes).ok_or_else(|| {
        StudyError::damaged(format!(
            "the eigenvectors {} are not as they were written: delete the file, and they are found again",
            path.display()
        ))
    })
}

fn parse(bytes: &[u8]) -> Option<EigenvectorFile> {
    let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
    let (sum, json) = header.metadata().as_ref()?.get(METADATA)?.split_once(' ')?;
    let tensors = SafeTensors::deserialize(bytes).ok()?;
    let [values, residuals, vectors] =
        ["values", "residuals", "vectors"].map(|name| tensors.tensor(name).ok());
    let (values, residuals, vectors) = (values?, residuals?, vectors?);
    if content_sha256(json, [values.data(), residuals.data(), vectors.data()]) != sum {
        return None;
    }
    let about: About = serde_json::from_str(json).ok()?;
    Some(EigenvectorFile {
        settings: about.settings.clone(),
        values: numbers(&values)?,
        residuals: numbers(&residuals)?,
        vectors: numbers(&vectors)?,
        about,
    })
}

fn numbers(tensor: &TensorView<'_>) -> Option<Vec<f64>> {
    let data = tensor.data();
    match tensor.dtype() {
        Dtype::F64 => Some(
            data.as_chunks()
                .0
                .iter()
                .map(|&b| f64::from_le_bytes(b))
                .collect(),
        ),
        Dtype::F32 => Some(
            data.as_chunks()
                .0
                .iter()
                .map(|&b| f64::from(f32::from_le_bytes(b)))
                .collect(),
        ),
        _ => None,
    }
}

/// The pairs of these settings, if their file is there.
pub fn read(
    path: &Path,
    settings: &PairsSettings,
    space: &ParameterSpace,
) -> Result<Option<LeadingPairs<Array>>, StudyError> {
    let file = match read_eigenvectors(path) {
        Err(StudyError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Ok(None);
        }
        other => other?,
    };
    let whole = file.residuals.len() == file.values.len()
        && file.vectors.len() == file.values.len() * space.dim();
    if file.settings != *settings || !whole {
        return Err(StudyError::damaged(format!(
            "the eigenvectors {} are not those of the settings in its name",
            path.display()
        )));
    }
    let About {
        converged,
        iterations,
        next,
        range,
        ritz,
        complete,
        products,
        ..
    } = file.about;
    Ok(Some(LeadingPairs {
        pairs: Eigenpairs {
            vectors: file
                .vectors
                .chunks(space.dim())
                .map(|vector| space.from_host(vector))
                .collect(),
            values: file.values,
            residuals: file.residuals,
        },
        converged,
        iterations,
        next,
        range,
        ritz,
        complete,
        products,
    }))
}
