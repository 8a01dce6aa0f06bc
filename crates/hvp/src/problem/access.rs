//! What operators ask of a problem: passes over batches, classes of rows, vectors in blocks.

use hesscope_spectral::OperatorError;
use rayon::prelude::*;

use super::Problem;
use super::batches::Batch;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::softmax;
use crate::program::Program;

impl Problem {
    pub(crate) fn program_of(&self, batch: &Batch) -> &Program {
        &self.programs[batch.program]
    }

    /// The class of each row of a batch.
    pub(crate) fn classes_of(&self, batch: &Batch) -> impl Iterator<Item = Option<usize>> {
        self.labels[batch.rows.clone()]
            .iter()
            .map(|&label| Some(label as usize))
    }

    /// The number of rows the loss is the mean over, N.
    pub(crate) fn counted(&self) -> usize {
        self.labels.len()
    }

    /// Bytes that were asked to be kept to.
    pub(crate) fn memory(&self) -> usize {
        self.memory
    }

    /// p = softmax(z) for logits [n, C], as [1, n, C].
    pub(crate) fn probabilities(&self, logits: &Array) -> Array {
        softmax(logits).unsqueeze()
    }

    /// Folds what `part` gives for each batch into a total, in the order of the batches whatever order
    /// they are computed in.
    pub(crate) fn fold_over_batches<A, T: Send>(
        &self,
        mut total: A,
        part: impl Fn(&Batch) -> T + Sync,
        mut fold: impl FnMut(&mut A, T) -> Result<(), HvpError>,
    ) -> Result<A, HvpError> {
        for batches in self.batches.chunks(self.width) {
            let parts: Vec<T> = match batches {
                [only] => vec![part(only)],
                several => several.par_iter().map(&part).collect(),
            };
            for part in parts {
                fold(&mut total, part)?;
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
        for directions in block.chunks(self.directions) {
            let lifted: Vec<Array> = directions.iter().map(Array::unsqueeze).collect();
            let product = product(&Array::cat(&lifted, 0)).map_err(OperatorError::new)?;
            products.extend(product.rows());
        }
        Ok(products)
    }
}
