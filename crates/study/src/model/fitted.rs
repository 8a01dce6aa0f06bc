//! Data in the shape and type that a model takes.

use std::ops::Range;

use burn::tensor::{DType, TensorData};
use hesscope_hvp::{Samples, Source, SourceError};

/// Examples whose inputs are given another shape of as many numbers, and integers where the model takes integers.
pub(super) struct Fitted<S> {
    pub data: S,
    /// The extents of one example.
    pub example: Vec<usize>,
    pub integers: bool,
}

impl<S: Source> Source for Fitted<S> {
    fn len(&self) -> usize {
        self.data.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let count = range.len();
        let samples = self.data.batch(range)?;
        let inputs = if self.integers {
            samples.inputs.convert_dtype(DType::I64)
        } else {
            samples.inputs
        };
        let shape = [&[count], &self.example[..]].concat();
        let dtype = inputs.dtype();
        let inputs = TensorData::from_bytes_vec(inputs.as_bytes().to_vec(), shape, dtype);
        Ok(Samples { inputs, ..samples })
    }
}
