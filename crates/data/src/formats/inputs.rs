//! Inputs of any shape and the classes of their rows of logits, as arrays of a file.

use super::array::{Array, ElementType, fitting, inconsistent};
use crate::error::DataError;
use crate::images::IGNORED;
use std::path::Path;

/// The largest label that is believed where nothing says how many classes there are.
const MAX_CLASSES: i128 = 1 << 24;

/// Integers up to this are floats in float32.
const MAX_INTEGER: i128 = 1 << 24;

/// A file's content: inputs `[n, …]`, and a label of each of their n m rows of logits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Inputs {
    /// Row-major values; integers are exact.
    pub values: Vec<f32>,
    /// Whether the file has integers.
    pub integers: bool,
    /// The extents of one input.
    pub extents: Vec<usize>,
    /// `n m` labels, m an input one after another; a negative one is [`IGNORED`].
    pub labels: Vec<u32>,
    /// Rows of logits an input, m.
    pub rows: usize,
    pub class_names: Option<Vec<String>>,
}

impl Inputs {
    pub fn new(
        inputs: Array<'_>,
        labels: Array<'_>,
        class_names: Option<Vec<String>>,
        path: &Path,
    ) -> Result<Self, DataError> {
        let [count, extents @ ..] = &inputs.shape[..] else {
            let problem = "has inputs of no axis".to_owned();
            return Err(inconsistent(path, problem, "store inputs as [n, …]"));
        };
        if inputs.shape.contains(&0) || extents.is_empty() {
            let problem = format!(
                "has inputs of the shape {:?}, but inputs are [n, …] with nothing empty",
                inputs.shape
            );
            return Err(inconsistent(path, problem, "reshape them"));
        }
        let rows = match &labels.shape[..] {
            [n, rows @ ..] if n == count => rows.iter().product::<usize>(),
            _ => 0,
        };
        if rows == 0 {
            let problem = format!(
                "has inputs of the shape {:?} and labels of the shape {:?}",
                inputs.shape, labels.shape
            );
            let remedy = "store labels as [n], or as [n, m] where an input has m rows of logits";
            return Err(inconsistent(path, problem, remedy));
        }
        let element = fitting(inputs.element, "inputs", &inputs.name, path)?;
        let size = extents.iter().product::<usize>();
        let values = if element.is_float() {
            let floats = element.floats(&inputs.bytes);
            floats
                .enumerate()
                .map(|(place, value)| finite(value, place / size, path))
                .collect::<Result<_, _>>()?
        } else {
            let integers = element.integers(&inputs.bytes);
            integers
                .enumerate()
                .map(|(place, value)| exact(value, place / size, path))
                .collect::<Result<_, _>>()?
        };
        Ok(Self {
            values,
            integers: !element.is_float(),
            extents: extents.to_vec(),
            labels: labels_of(&labels, rows, path)?,
            rows,
            class_names,
        })
    }
}

fn finite(value: f64, input: usize, path: &Path) -> Result<f32, DataError> {
    let single = value as f32;
    if single.is_finite() {
        return Ok(single);
    }
    let problem = format!("gives input {input} the value {value}, which is not finite in float32");
    Err(inconsistent(path, problem, "correct it"))
}

fn exact(value: i128, input: usize, path: &Path) -> Result<f32, DataError> {
    if value.abs() <= MAX_INTEGER {
        return Ok(value as f32);
    }
    let problem = format!(
        "gives input {input} the integer {value}, but integers from -{MAX_INTEGER} to {MAX_INTEGER} can be read"
    );
    Err(inconsistent(path, problem, "correct it"))
}

fn labels_of(labels: &Array<'_>, rows: usize, path: &Path) -> Result<Vec<u32>, DataError> {
    let element: ElementType = fitting(labels.element, "labels", &labels.name, path)?;
    let each = element.integers(&labels.bytes).enumerate();
    each.map(|(place, label)| match label {
        ..0 => Ok(IGNORED),
        0..MAX_CLASSES => Ok(label as u32),
        _ => {
            let most = MAX_CLASSES as usize;
            Err(DataError::label(
                path,
                place / rows,
                label,
                most,
                "correct it",
            ))
        }
    })
    .collect()
}
