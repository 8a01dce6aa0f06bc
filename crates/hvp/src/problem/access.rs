//! What operators ask of a problem: passes over batches, classes of rows, vectors in blocks.

use hesscope_spectral::OperatorError;
use rayon::prelude::*;

use super::Problem;
use super::batches::Batch;
use crate::array::Array;
use crate::error::HvpError;
use crate::host::recycle;
use crate::loss::{IGNORED, softmax};
use crate::program::Program;

impl Problem {
    pub(crate) fn program_of(&self, batch: &Batch) -> &Program {
        &self.programs[batch.program]
    }

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

    /// Folds what `part` gives for each batch into a total, in the order of the batches whatever order
    /// they are computed in, so that a total is the same every time.
    pub(crate) fn fold_over_batches<A, T: Send>(
        &self,
        mut total: A,
        part: impl Fn(&Batch) -> Result<T, HvpError> + Sync,
        fold: impl Fn(&mut A, T),
    ) -> Result<A, HvpError> {
        let part = |index: usize| part(&self.batches.load(index)?);
        let width = self.plan.side_by_side;
        for start in (0..self.batches.len()).step_by(width) {
            let end = (start + width).min(self.batches.len());
            let parts = if end - start == 1 {
                vec![part(start)]
            } else {
                (start..end).into_par_iter().map(part).collect()
            };
            for part in parts {
                fold(&mut total, part?);
            }
        }
        Ok(total)
    }

    /// What `product` makes of vectors, at most as many at once as the problem has directions.
    pub(crate) fn in_blocks(
        &self,
        block: &[Array],
        product: impl Fn(&Array) -> Result<Array, HvpError>,
    ) -> Result<Vec<Array>, OperatorError> {
        let mut products = Vec::with_capacity(block.len());
        for directions in block.chunks(self.directions()) {
            let lifted: Vec<Array> = directions.iter().map(Array::unsqueeze).collect();
            let together = Array::cat(&lifted, 0);
            let product = product(&together).map_err(OperatorError::new)?;
            recycle(Some(together));
            products.extend(product.rows());
        }
        Ok(products)
    }
}
