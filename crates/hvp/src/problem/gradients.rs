//! Gradients of single rows, where rows have gradients of their own.

use hesscope_spectral::VectorSpace;

use super::batches::Batch;
use super::call::Call;
use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::Seeds;

impl Problem {
    /// The norm of the gradient of the loss of each row of logits, m an example one after another; zero
    /// for a row that does not count. Weight decay, which belongs to no row, is left out.
    ///
    /// Each example goes through the network alone: one forward pass, and one pull for its m rows
    /// together.
    ///
    /// # Errors
    ///
    /// When what the network says of an example depends on the others in its batch, as with the
    /// statistics of the batch, so that no row has a gradient of its own; when the source or the device
    /// fails.
    pub fn gradient_norms(&self) -> Result<Vec<f64>, HvpError> {
        self.lead(Call::GradientNorms, None, &[])?;
        self.gradient_norms_here()
    }

    /// The same, in which all ranks take part.
    pub(super) fn gradient_norms_here(&self) -> Result<Vec<f64>, HvpError> {
        let norms = |rows: Vec<Array>| rows.iter().map(|row| self.space.norm(row)).collect();
        self.gather_numbers(self.over_examples(norms))
    }

    /// The gradients of the losses of all rows, p numbers each; see
    /// [`gradient_norms`](Self::gradient_norms).
    ///
    /// # Errors
    ///
    /// As [`gradient_norms`](Self::gradient_norms).
    pub fn row_gradients(&self) -> Result<Vec<Array>, HvpError> {
        self.lead(Call::RowGradients, None, &[])?;
        self.row_gradients_here()
    }

    /// The same, in which all ranks take part.
    pub(super) fn row_gradients_here(&self) -> Result<Vec<Array>, HvpError> {
        self.gather_vectors(self.over_examples(|rows| rows))
    }

    /// What `keep` makes of the gradients of the rows of each example, in order.
    fn over_examples<T: Send>(
        &self,
        keep: impl Fn(Vec<Array>) -> Vec<T> + Sync,
    ) -> Result<Vec<T>, HvpError> {
        self.fold_over_batches(
            Vec::new(),
            |batch| {
                let whole = self.program_of(batch).logits(&self.run(batch));
                let examples = batch.inputs.shape()[0];
                let mut kept = Vec::new();
                for example in 0..examples {
                    let input = batch.inputs.slice(0, example, example + 1);
                    kept.extend(keep(self.gradients_alone(batch, example, input, &whole)?));
                }
                Ok(kept)
            },
            Vec::extend,
        )
    }

    /// The gradients of the rows of one example, as vectors. `whole` are the logits of its batch. A network that takes
    /// batches of one size alone is given copies of the example, of which the first counts.
    fn gradients_alone(
        &self,
        batch: &Batch,
        example: usize,
        input: Array,
        whole: &Array,
    ) -> Result<Vec<Array>, HvpError> {
        let program = &self.alone;
        let copies = program.batch();
        let input = match copies {
            1 => input,
            _ => input.repeat_dim(0, copies),
        };
        let tape = program.forward(&self.alone_constants, &self.parameters, input);
        let rows = program.rows_per_example();
        let logits = program.logits(&tape).slice(0, 0, rows);
        let part = |array: &Array| array.slice(0, example * rows, (example + 1) * rows);
        self.require_independence(&logits, &part(whole))?;
        let [targets, weights] =
            [&batch.targets, &batch.weights].map(|data| part(&self.upload(data)));
        let seeds = Seeds::at(self.objective.loss, &logits, &targets, &weights);
        // A direction a row: the gradient in the logits of that row, and zero in all others.
        let mut own = vec![0.0; rows * rows];
        for row in 0..rows {
            own[row * rows + row] = self.counted_rows() as f64;
        }
        let space = &self.space;
        let own = Array::from_vec(own, &[rows, rows, 1], space.precision(), space.device());
        let mut cotangents = seeds.gradient.mul(&own);
        if copies > 1 {
            let others = [rows, (copies - 1) * rows, program.classes()];
            cotangents = Array::cat(&[cotangents.clone(), cotangents.zeros_of(&others)], 1);
        }
        let tangents = vec![None; program.shapes.len()];
        let pulled = program.pull(tape, tangents, None, Some(cotangents), false);
        Ok(self.join(pulled.tangent, rows))
    }

    /// Refuses logits of an example alone that are not those it has in its batch.
    fn require_independence(&self, alone: &Array, in_batch: &Array) -> Result<(), HvpError> {
        let (alone, in_batch) = (alone.to_f64()?, in_batch.to_f64()?);
        let largest = in_batch.iter().fold(0.0f64, |m, z| m.max(z.abs()));
        let allowed = self.space.epsilon().sqrt() * largest;
        // Written so that a NaN is refused.
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= allowed;
        if alone.iter().zip(&in_batch).all(close) {
            return Ok(());
        }
        Err(HvpError::Input(
            "what the network says of an example depends on the others in its batch, so that no example \
             has a gradient of its own: normalize with running statistics"
                .into(),
        ))
    }
}
