//! Passes over batches and blocks of vectors.

use hesscope_spectral::OperatorError;
use rayon::prelude::*;

use super::batches::Batch;
use super::definition::Problem;
use crate::array::host::scratch::recycle;
use crate::array::{Array, sum};
use crate::error::HvpError;
use crate::rules::PerInput;

impl Problem {
    /// Adds up what `part` gives for each batch, in the order of the batches whatever order they are
    /// computed in, so that a sum is the same every time.
    fn sum_over_batches(
        &self,
        part: impl Fn(&Batch) -> Result<PerInput, HvpError> + Sync,
    ) -> Result<PerInput, HvpError> {
        let none = vec![None; self.parameters.len()];
        self.fold_over_batches(none, part, |total, part| accumulate(total, part))
    }

    /// The sum over all batches, of all ranks, of what `part` gives for each, [count, …] a parameter, as vectors.
    pub(crate) fn vectors_over_batches(
        &self,
        count: usize,
        part: impl Fn(&Batch) -> Result<PerInput, HvpError> + Sync,
    ) -> Result<Vec<Array>, HvpError> {
        // What `part` holds is dropped before vectors are made.
        let total = self.sum_over_batches(part);
        self.sum_over_ranks(total.map(|total| self.join(total, count)))
    }

    /// Folds what `part` gives for each batch into a total, in the order of the batches whatever order
    /// they are computed in, so that a total is the same every time.
    pub(crate) fn fold_over_batches<A, T: Send>(
        &self,
        mut total: A,
        part: impl Fn(&Batch) -> Result<T, HvpError> + Sync,
        fold: impl Fn(&mut A, T),
    ) -> Result<A, HvpError> {
        let part = |index: usize| part(&self.batches.load(index, self.space.device())?);
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
        product: impl Fn(&Array) -> Result<Vec<Array>, HvpError>,
    ) -> Result<Vec<Array>, OperatorError> {
        let mut products = Vec::with_capacity(block.len());
        for directions in block.chunks(self.directions()) {
            let lifted: Vec<Array> = directions.iter().map(Array::unsqueeze).collect();
            let together = Array::cat(&lifted, 0);
            let found = product(&together).map_err(OperatorError::new)?;
            recycle(Some(together));
            products.extend(found);
        }
        Ok(products)
    }
}

fn accumulate(total: &mut [Option<Array>], parts: Vec<Option<Array>>) {
    for (total, part) in total.iter_mut().zip(parts) {
        *total = sum(total.take(), part);
    }
}
