//! Exact answers for a model from an ONNX file, and the comparison with them.
//!
//! The file is in safetensors: `input` [n, …], `labels` [n] or [n, m], and in float64 `logits`, `gradient` [p], directions `v`
//! [k, p], `hessian.matvec` [k, p] and perhaps `hessian.eigenvalues` [p] of the mean cross-entropy over all rows of logits.
//! The metadata `meta` has `parameter_order`, the names of the model's tensors in the order in which they make up a vector.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::{DType, Device, TensorData};
use hesscope_hvp::{Array, Examples, Objective, Part, Precision, Problem, ProblemOptions};
use hesscope_onnx::{Model, Selection};
use hesscope_spectral::faer::Side;
use hesscope_spectral::{VectorSpace, to_dense};
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;

use crate::comparison::{ASYMMETRY, Comparison, Outcome, Quantity, asymmetry, products, worst};
use crate::error::VerifyError;
use crate::tensor::{ReferenceTensor, find, floats, integers};

/// Directions that are multiplied at once for the whole spectrum.
const BLOCK: usize = 64;

#[derive(Debug, Deserialize)]
struct Meta {
    parameter_order: Vec<String>,
}

/// Exact answers for a model.
#[derive(Debug, Clone)]
pub struct ExportedReference {
    path: PathBuf,
    inputs: TensorData,
    labels: Vec<u32>,
    order: Vec<String>,
    tensors: Vec<(String, ReferenceTensor)>,
}

impl ExportedReference {
    /// Reads the answers.
    ///
    /// # Errors
    ///
    /// One sentence that names the file, and the tensor or field at fault.
    pub fn read(path: &Path) -> Result<Self, VerifyError> {
        let bytes = fs::read(path).map_err(|source| VerifyError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        let foreign = |reason: String| VerifyError::Foreign {
            path: path.to_path_buf(),
            reason,
        };
        let format = |error: safetensors::SafeTensorError| VerifyError::Format {
            path: path.to_path_buf(),
            reason: error.to_string(),
        };
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(format)?;
        let file = SafeTensors::deserialize(&bytes).map_err(format)?;
        let meta = header.metadata().as_ref().and_then(|map| map.get("meta"));
        let meta = meta.ok_or_else(|| foreign("its metadata has no entry `meta`".into()))?;
        let meta: Meta = serde_json::from_str(meta)
            .map_err(|error| foreign(format!("its metadata `meta` does not read: {error}")))?;
        let (mut tensors, mut inputs, mut labels) = (Vec::new(), None, None);
        for (name, view) in file.tensors() {
            match name.as_str() {
                "labels" => labels = integers(view.dtype(), view.data()),
                "input" => {
                    let dtype = match view.dtype() {
                        Dtype::F32 => DType::F32,
                        Dtype::F64 => DType::F64,
                        Dtype::I64 => DType::I64,
                        Dtype::I32 => DType::I32,
                        other => {
                            return Err(foreign(format!(
                                "its tensor `input` is {other:?}, not F32, F64, I32 or I64"
                            )));
                        }
                    };
                    let (data, shape) = (view.data().to_vec(), view.shape().to_vec());
                    inputs = Some(TensorData::from_bytes_vec(data, shape, dtype));
                }
                _ => {
                    let values = floats(view.dtype(), view.data()).ok_or_else(|| {
                        let dtype = view.dtype();
                        foreign(format!("its tensor `{name}` is {dtype:?}, not F64"))
                    })?;
                    let shape = view.shape().to_vec();
                    tensors.push((name, ReferenceTensor { shape, values }));
                }
            }
        }
        Ok(ExportedReference {
            path: path.to_path_buf(),
            inputs: inputs.ok_or_else(|| foreign("it has no tensor `input`".into()))?,
            labels: labels.ok_or_else(|| {
                foreign("it has no `labels` that are int64 numbers of classes".into())
            })?,
            order: meta.parameter_order,
            tensors,
        })
    }

    /// The names of the parameters, in the order in which they make up a vector.
    pub fn parameter_order(&self) -> &[String] {
        &self.order
    }

    /// The loss of the model over the examples.
    ///
    /// # Errors
    ///
    /// A model that does not take the inputs, or that has other parameters.
    pub fn problem(
        &self,
        model: &Model,
        precision: Precision,
        device: &Device,
    ) -> Result<Problem, VerifyError> {
        let selection = Selection {
            parameters: self.order.clone(),
            ..Selection::default()
        };
        let inputs = if model.takes_integers(&selection)? {
            self.inputs.clone().convert_dtype(DType::I64)
        } else {
            self.inputs.clone()
        };
        let examples = Examples {
            inputs,
            labels: self.labels.clone(),
        };
        let options = ProblemOptions {
            precision,
            ..ProblemOptions::default()
        };
        Ok(model.problem(&selection, examples, Objective::default(), device, options)?)
    }

    fn tensor(&self, name: &str) -> Result<&ReferenceTensor, VerifyError> {
        find(&self.tensors, name).ok_or_else(|| self.foreign(format!("it has no tensor `{name}`")))
    }

    fn foreign(&self, reason: String) -> VerifyError {
        VerifyError::Foreign {
            path: self.path.clone(),
            reason,
        }
    }

    /// For each number of a vector in the file's order its place in the program's.
    fn places(&self, problem: &Problem) -> Result<Vec<usize>, VerifyError> {
        let offsets = problem.program().offsets();
        let mut places = Vec::new();
        for name in &self.order {
            let Some(range) = offsets.get(name.as_str()) else {
                let parameters = problem.parameters().iter();
                let paths: Vec<&str> = parameters
                    .map(|parameter| parameter.path.as_str())
                    .collect();
                return Err(self.foreign(format!(
                    "its parameter `{name}` is none of the model's, which are {}",
                    paths.join(", ")
                )));
            };
            places.extend(range.clone());
        }
        Ok(places)
    }
}

/// Computes what the reference holds, on a device, and compares.
///
/// # Errors
///
/// When the reference lacks a tensor or does not fit the model, or the device fails.
pub fn verify_exported(
    model: &Model,
    reference: &ExportedReference,
    precision: Precision,
    device: &Device,
) -> Result<Vec<Comparison>, VerifyError> {
    let problem = reference.problem(model, precision, device)?;
    let places = reference.places(&problem)?;
    let dim = problem.space().dim();
    let v = reference.tensor("v")?;
    if places.len() != dim || v.shape.len() != 2 || v.shape[1] != dim || v.values.is_empty() {
        return Err(reference.foreign(format!(
            "its directions have the shape {:?}, but the model has {dim} parameters",
            v.shape
        )));
    }
    let ours = |values: &[f64]| -> Vec<f64> { places.iter().map(|&place| values[place]).collect() };
    let directions: Vec<Array> = v
        .values
        .chunks(dim)
        .map(|row| {
            let mut direction = vec![0.0; dim];
            for (&place, &value) in places.iter().zip(row) {
                direction[place] = value;
            }
            problem.space().from_host(&direction)
        })
        .collect();
    let compare = |quantity, found: Vec<Vec<f64>>, name: &str| {
        let expected = &reference.tensor(name)?.values;
        if found.iter().map(Vec::len).sum::<usize>() != expected.len() {
            let (count, of) = (found.iter().map(Vec::len).sum::<usize>(), expected.len());
            return Err(reference.foreign(format!(
                "its tensor `{name}` has {of} numbers, but there are {count}"
            )));
        }
        let asymmetry = match quantity {
            Quantity::Operator(_) => asymmetry(v, expected),
            _ => 0.0,
        };
        let outcome = if asymmetry > ASYMMETRY {
            Outcome::ReferenceAsymmetric(asymmetry)
        } else {
            Outcome::Error(worst(&found, expected))
        };
        Ok::<_, VerifyError>(Comparison { quantity, outcome })
    };
    let gradient = ours(&problem.space().to_host(&problem.gradient()?));
    let mut all = vec![
        compare(Quantity::Logits, vec![problem.evaluate()?.logits], "logits")?,
        compare(Quantity::Gradient, vec![gradient], "gradient")?,
    ];
    for part in [Part::Hess, Part::G, Part::H] {
        let name = match part {
            Part::Hess => "hessian.matvec".into(),
            part => format!("{part}.matvec"),
        };
        if part == Part::Hess || find(&reference.tensors, &name).is_some() {
            let found = products(&problem.operator(part), &directions)?;
            let found = found.iter().map(|product| ours(product)).collect();
            all.push(compare(Quantity::Operator(part), found, &name)?);
        }
    }
    let spectrum = "hessian.eigenvalues";
    if find(&reference.tensors, spectrum).is_some() {
        let quantity = Quantity::Spectrum(Part::Hess);
        all.push(compare(quantity, vec![eigenvalues(&problem)?], spectrum)?);
    }
    Ok(all)
}

/// All eigenvalues of Hess in ascending order, from its products with the unit vectors.
fn eigenvalues(problem: &Problem) -> Result<Vec<f64>, VerifyError> {
    let dense = to_dense(&problem.operator(Part::Hess), BLOCK)
        .map_err(|error| VerifyError::Operator(error.to_string()))?;
    dense
        .self_adjoint_eigenvalues(Side::Lower)
        .map_err(|error| VerifyError::Operator(format!("no eigenvalues were found: {error:?}")))
}
