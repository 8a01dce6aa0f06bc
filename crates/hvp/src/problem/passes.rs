//! Passes over the data: sums over batches of what a sweep gives.

use burn::tensor::TensorData;

use super::Problem;
use super::batches::Batch;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::{CrossEntropy, example_loss};
use crate::rules::PerInput;
use crate::sweep::Tape;
use crate::terms::{Part, Terms};

/// The loss, the logits and the share of correct answers over the data set.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The mean cross-entropy.
    pub loss: f64,
    /// The share of examples whose largest logit is their class's.
    pub accuracy: f64,
    /// The logits, [N, C] row-major.
    pub logits: Vec<f64>,
}

impl Problem {
    /// One pass over the data: loss, accuracy and logits.
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn evaluate(&self) -> Result<Evaluation, HvpError> {
        let mut logits = Vec::with_capacity(self.examples() * self.classes());
        for batch in &self.batches {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            logits.extend(program.logits(&tape).to_f64()?);
        }
        let rows = logits.chunks(self.classes()).zip(&self.labels);
        let mut loss = 0.0;
        let mut correct = 0usize;
        for (row, &label) in rows {
            loss += example_loss(row, label as usize);
            let largest =
                (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best });
            correct += usize::from(largest == label as usize);
        }
        let count = self.examples() as f64;
        Ok(Evaluation {
            loss: loss / count,
            accuracy: correct as f64 / count,
            logits,
        })
    }

    /// The gradient of the mean loss, a vector of [`space`](Self::space).
    ///
    /// # Errors
    ///
    /// When the device fails.
    pub fn gradient(&self) -> Result<Array, HvpError> {
        let total = self.sum_over_batches(|batch| {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            let loss = self.loss(program.logits(&tape), batch);
            let tangents = vec![None; program.shapes.len()];
            Ok(program
                .pull(tape, tangents, Some(loss.gradient), None, true)
                .primal)
        })?;
        Ok(self.join(total, 1).reshape(&[self.space_dim()]))
    }

    /// Adds up over all batches the products of H, G or both with the directions [K, p]; the result is
    /// [K, p] too.
    pub(crate) fn product(&self, terms: Terms, directions: &Array) -> Result<Array, HvpError> {
        let tangents = self.split(directions);
        let total = self.sum_over_batches(|batch| {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            let loss = self.loss(program.logits(&tape), batch);
            let second_order = terms.contains(Part::H);
            let mut pushed = program.push(&tape, &tangents, second_order);
            let curvature = pushed[program.output]
                .as_ref()
                .filter(|_| terms.contains(Part::G))
                .map(|tangent| loss.curvature(tangent));
            if !second_order {
                pushed = vec![None; program.shapes.len()];
            }
            let seed = second_order.then_some(loss.gradient);
            Ok(program.pull(tape, pushed, seed, curvature, false).tangent)
        })?;
        Ok(self.join(total, directions.shape()[0]))
    }

    /// Adds up what `part` gives for each batch, in the order of the batches whatever order they are
    /// computed in, so that a sum is the same every time.
    pub(crate) fn sum_over_batches(
        &self,
        part: impl Fn(&Batch) -> Result<PerInput, HvpError> + Sync,
    ) -> Result<PerInput, HvpError> {
        let none = vec![None; self.parameters.len()];
        self.fold_over_batches(none, part, |total, part| {
            accumulate(total, part?);
            Ok(())
        })
    }

    pub(crate) fn run(&self, batch: &Batch) -> Tape {
        let input = self.upload(&batch.inputs);
        self.programs[batch.program].forward(
            &self.constants[batch.program],
            &self.parameters,
            input,
        )
    }

    pub(crate) fn loss(&self, logits: Array, batch: &Batch) -> CrossEntropy {
        CrossEntropy::at(&logits, &self.upload(&batch.targets), self.examples())
    }

    pub(crate) fn upload(&self, data: &TensorData) -> Array {
        Array::from_data(data.clone(), self.space.precision(), self.space.device())
    }
}

fn accumulate(total: &mut [Option<Array>], parts: Vec<Option<Array>>) {
    for (total, part) in total.iter_mut().zip(parts) {
        *total = crate::array::sum(total.take(), part);
    }
}
