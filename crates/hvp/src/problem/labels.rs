//! The classes of rows, where targets are classes.

use super::batches::Batch;
use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::{IGNORED, softmax};

impl Problem {
    /// Refuses what is defined by classes for targets that are not.
    pub(crate) fn require_classes(&self) -> Result<(), HvpError> {
        if self.batches.labels.is_empty() || !self.objective.loss.is_cross_entropy() {
            return Err(HvpError::Input(format!(
                "the parts of G by class need cross-entropy with one class a row as its target, and the loss \
                 is {} of {}: choose hess, g or h",
                self.objective.loss.name(),
                if self.batches.labels.is_empty() {
                    "values"
                } else {
                    "classes"
                }
            )));
        }
        Ok(())
    }

    /// The class of each row of a batch, none for a row that does not count.
    pub(crate) fn classes_of(&self, batch: &Batch) -> impl Iterator<Item = Option<usize>> {
        self.batches.labels[batch.rows.clone()]
            .iter()
            .zip(batch.counted())
            .map(|(&label, counted)| (counted && label != IGNORED).then_some(label as usize))
    }

    /// p = softmax(z) for the logits of a batch, [1, rows, C].
    pub(crate) fn probabilities(&self, logits: &Array) -> Array {
        softmax(logits).unsqueeze()
    }
}
