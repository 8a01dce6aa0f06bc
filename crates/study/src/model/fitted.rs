//! Data in the shape that a model takes.

use std::ops::Range;

use burn::tensor::TensorData;
use hesscope_hvp::{Samples, Source, SourceError};

/// Examples whose inputs are given another shape of as many numbers.
pub(super) struct Fitted<S> {
    pub data: S,
    /// The extents of one example.
    pub example: Vec<usize>,
}

impl<S: Source> Source for Fitted<S> {
    fn len(&self) -> usize {
        self.data.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let count = range.len();
        let samples = self.data.batch(range)?;
        let shape = [&[count], &self.example[..]].concat();
        if samples.inputs.shape().to_vec() == shape {
            return Ok(samples);
        }
        let (bytes, dtype) = (samples.inputs.as_bytes().to_vec(), samples.inputs.dtype());
        let inputs = TensorData::from_bytes_vec(bytes, shape, dtype);
        Ok(Samples { inputs, ..samples })
    }
}
