//! One split of inputs of any shape, in memory, taken as they are.

use super::fingerprint::fingerprint;
use super::labelled::gather;
use crate::error::DataError;
use crate::formats::inputs::Inputs;
use crate::images::Images;
use crate::shape::ImageShape;
use std::fmt;

/// Inputs as their file has them.
pub(crate) struct MemoryInputs {
    inputs: Inputs,
    classes: usize,
}

impl MemoryInputs {
    /// Labels are below `classes` or ignored.
    pub fn new(inputs: Inputs, classes: usize) -> Self {
        Self { inputs, classes }
    }

    fn size(&self) -> usize {
        self.inputs.extents.iter().product()
    }
}

impl Images for MemoryInputs {
    fn shape(&self) -> ImageShape {
        ImageShape {
            channels: 1,
            height: 1,
            width: self.size(),
        }
    }

    fn extents(&self) -> Vec<usize> {
        self.inputs.extents.clone()
    }

    fn has_integers(&self) -> bool {
        self.inputs.integers
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn labels(&self) -> &[u32] {
        &self.inputs.labels
    }

    fn rows_per_example(&self) -> usize {
        self.inputs.rows
    }

    fn read(&self, indices: &[usize]) -> Result<Vec<f32>, DataError> {
        Ok(gather(&self.inputs.values, self.size(), indices))
    }

    fn fingerprint(&self) -> Result<String, DataError> {
        let size = self.size();
        let input = |index: usize| &self.inputs.values[index * size..][..size];
        Ok(fingerprint(self, |index, hash| hash(input(index))))
    }
}

impl fmt::Debug for MemoryInputs {
    /// Sizes only: the values would fill the terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryInputs")
            .field("len", &self.len())
            .field("extents", &self.inputs.extents)
            .field("rows", &self.inputs.rows)
            .finish_non_exhaustive()
    }
}
