//! Classes as targets of zeros and a one.

use std::ops::Range;

use burn::tensor::TensorData;
use hesscope_hvp::{Samples, Source, SourceError, Targets};

/// Classified examples for a loss that wants a number for each logit. A row whose class is not below `classes` does not count.
pub(super) struct OneHot<S> {
    pub data: S,
    /// The number of logits, C.
    pub classes: usize,
}

impl<S: Source> Source for OneHot<S> {
    fn len(&self) -> usize {
        self.data.len()
    }

    fn batch(&self, range: Range<usize>) -> Result<Samples, SourceError> {
        let samples = self.data.batch(range)?;
        let Targets::Classes(labels) = &samples.targets else {
            return Ok(samples);
        };
        let mut values = vec![0.0f64; labels.len() * self.classes];
        let counted: Vec<bool> = labels
            .iter()
            .map(|&label| (label as usize) < self.classes)
            .collect();
        for (row, &label) in labels.iter().enumerate().filter(|(row, _)| counted[*row]) {
            values[row * self.classes + label as usize] = 1.0;
        }
        let targets = TensorData::new(values, [labels.len(), self.classes]);
        Ok(Samples {
            targets: Targets::Values(targets),
            counted: Some(counted),
            ..samples
        })
    }
}
