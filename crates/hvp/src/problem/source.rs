//! Where the data come from that a loss is the mean over.

use std::ops::Range;

use burn::tensor::TensorData;

use crate::error::{HvpError, SourceError};
use crate::loss::Targets;

/// Data that are read batch by batch, once in every pass.
///
/// The loss is one function only if every pass sees the same data, so that a source must neither
/// shuffle nor augment anew: what a pass reads is compared with what the first read.
pub trait Source: Send + Sync {
    /// The number of examples.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The examples of a range within [`len`](Self::len), in order. Ranges may be asked for in any
    /// order and from several threads at once.
    ///
    /// # Errors
    ///
    /// When they cannot be read.
    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError>;
}

/// Examples with what the network should have said of them.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The inputs, [n, …].
    pub inputs: TensorData,
    /// The targets of n m rows, m rows an example one after another.
    pub targets: Targets,
    /// Whether each row counts, beside those whose class is [`IGNORED`](crate::IGNORED); absent, all
    /// do.
    pub counted: Option<Vec<bool>>,
}

/// Classified examples in memory.
#[derive(Clone, Debug)]
pub struct Examples {
    /// The inputs, [n, …]: numbers of any type for a network that takes floats, integers for one that
    /// takes integers.
    pub inputs: TensorData,
    /// The class of each, below C, or [`IGNORED`](crate::IGNORED). Where the network gives m rows of
    /// logits an example there are n m, m an example one after another.
    pub labels: Vec<u32>,
}

impl Examples {
    /// Some of the examples, in the order of their indices, with their rows of labels.
    ///
    /// # Errors
    ///
    /// When an index is not below the number of examples, or the labels do not fit the inputs.
    pub fn select(&self, indices: &[usize]) -> Result<Examples, HvpError> {
        let total = count(&self.inputs);
        if let Some(index) = indices.iter().find(|&&index| index >= total) {
            return Err(HvpError::Input(format!(
                "there is no example {index}: there are {total}, counted from 0"
            )));
        }
        let mut labels = Vec::new();
        let mut bytes = Vec::new();
        for &index in indices {
            let range = index..index + 1;
            labels.extend(&self.labels[rows(&range, self.labels.len(), &self.inputs)?]);
            bytes.extend(examples(&self.inputs, &range).as_bytes());
        }
        let mut shape = self.inputs.shape().to_vec();
        shape[0] = indices.len();
        Ok(Examples {
            inputs: TensorData::from_bytes_vec(bytes, shape, self.inputs.dtype()),
            labels,
        })
    }
}

/// The number of examples, the extent of the first axis.
fn count(inputs: &TensorData) -> usize {
    inputs.shape().to_vec().first().copied().unwrap_or(0)
}

/// The part of a tensor's rows, of which it has `total`, as a tensor [rows, …].
fn part(data: &TensorData, total: usize, range: &Range<usize>, row: &[usize]) -> TensorData {
    let size = data.as_bytes().len() / total;
    let bytes = data.as_bytes()[range.start * size..range.end * size].to_vec();
    let shape: Vec<usize> = [&[range.len()], row].concat();
    TensorData::from_bytes_vec(bytes, shape, data.dtype())
}

/// The examples of a range.
fn examples(inputs: &TensorData, range: &Range<usize>) -> TensorData {
    part(inputs, count(inputs), range, &inputs.shape().to_vec()[1..])
}

/// The rows of a range of `count` examples that have `rows` together.
fn rows(range: &Range<usize>, rows: usize, inputs: &TensorData) -> Result<Range<usize>, HvpError> {
    let count = count(inputs);
    if rows == 0 || count == 0 || !rows.is_multiple_of(count) {
        return Err(HvpError::Input(format!(
            "the inputs have shape {:?} and there are {rows} labels: give as many labels for each \
             input as the network gives rows of logits, at least one",
            inputs.shape().to_vec()
        )));
    }
    let each = rows / count;
    Ok(range.start * each..range.end * each)
}

impl Source for Examples {
    fn len(&self) -> usize {
        count(&self.inputs)
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let rows = rows(&range, self.labels.len(), &self.inputs)?;
        Ok(Samples {
            inputs: examples(&self.inputs, &range),
            targets: Targets::Classes(self.labels[rows].to_vec()),
            counted: None,
        })
    }
}

impl Source for Samples {
    fn len(&self) -> usize {
        count(&self.inputs)
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let rows = rows(&range, self.targets.rows(), &self.inputs)?;
        let total = self.targets.rows();
        if let Some(counted) = self.counted.as_ref().filter(|c| c.len() != total) {
            return Err(HvpError::Input(format!(
                "`counted` says of {} rows whether they count but there are {total}: give one for \
                 each row",
                counted.len()
            ))
            .into());
        }
        let targets = match &self.targets {
            Targets::Classes(classes) => Targets::Classes(classes[rows.clone()].to_vec()),
            Targets::Values(values) => {
                let row = values.shape().to_vec().split_off(values.rank() - 1);
                Targets::Values(part(values, total, &rows, &row))
            }
        };
        Ok(Samples {
            inputs: examples(&self.inputs, &range),
            targets,
            counted: self.counted.as_ref().map(|counted| counted[rows].to_vec()),
        })
    }
}
