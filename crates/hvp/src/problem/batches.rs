//! The examples, cut into mini-batches.

use std::ops::Range;

use burn::tensor::TensorData;

use super::Examples;
use crate::array::Precision;

/// Inputs and one-hot targets of one batch, on the host.
pub(crate) struct Batch {
    pub program: usize,
    /// Which rows of the data set.
    pub rows: Range<usize>,
    pub inputs: TensorData,
    pub targets: TensorData,
}

pub(super) fn batches(
    examples: &Examples,
    batch_size: usize,
    classes: usize,
    precision: Precision,
) -> Vec<Batch> {
    let shape = examples.inputs.shape().to_vec();
    let size: usize = shape[1..].iter().product();
    let inputs: Vec<f64> = examples.inputs.iter::<f64>().collect();
    examples
        .labels
        .chunks(batch_size)
        .enumerate()
        .map(|(index, labels)| {
            let start = index * batch_size * size;
            let mut extents = shape.clone();
            extents[0] = labels.len();
            let values = inputs[start..start + labels.len() * size].to_vec();
            let mut targets = vec![0.0; labels.len() * classes];
            for (row, &label) in labels.iter().enumerate() {
                targets[row * classes + label as usize] = 1.0;
            }
            Batch {
                program: usize::from(labels.len() != batch_size),
                rows: index * batch_size..index * batch_size + labels.len(),
                inputs: TensorData::new(values, extents).convert_dtype(precision.dtype()),
                targets: TensorData::new(targets, [labels.len(), classes]),
            }
        })
        .collect()
}
