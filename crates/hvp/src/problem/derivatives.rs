//! The gradient and products with H and G: sums over batches of what a pass gives.

use burn::tensor::TensorData;
use hesscope_spectral::VectorSpace;

use super::batches::Batch;
use super::call::Call;
use super::definition::Problem;
use crate::array::Array;
use crate::error::HvpError;
use crate::loss::Seeds;
use crate::pass::Tape;
use hesscope_records::{Part, Terms};

impl Problem {
    /// The gradient of the loss, a vector of [`space`](Self::space).
    ///
    /// # Errors
    ///
    /// When the source fails or has changed.
    pub fn gradient(&self) -> Result<Array, HvpError> {
        let gradient = self.mean_gradient()?;
        Ok(if self.objective.weight_decay == 0.0 {
            gradient
        } else {
            gradient.plus(self.point().scale(self.objective.weight_decay))
        })
    }

    /// The gradient of the mean over the rows, without weight decay.
    pub(crate) fn mean_gradient(&self) -> Result<Array, HvpError> {
        self.lead(Call::Gradient, None, &[])?;
        self.gradient_here()
    }

    /// The same, in which all ranks take part.
    pub(super) fn gradient_here(&self) -> Result<Array, HvpError> {
        let mut total = self.vectors_over_batches(1, |batch| {
            let program = &self.programs[batch.program];
            let tape = self.run(batch);
            let loss = self.loss(program.logits(&tape), batch);
            let tangents = vec![None; program.shapes.len()];
            Ok(program
                .pull(tape, tangents, Some(loss.gradient), None, true)
                .primal)
        })?;
        Ok(total.swap_remove(0))
    }

    /// Adds up over all batches the products of H, G or both with the directions [K, p].
    pub(crate) fn product(&self, terms: Terms, directions: &Array) -> Result<Vec<Array>, HvpError> {
        let tangents = self.split(directions);
        self.vectors_over_batches(directions.shape()[0], move |batch| {
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
        })
    }

    /// λ/2 |θ|².
    pub(super) fn penalty(&self) -> f64 {
        if self.objective.weight_decay == 0.0 {
            return 0.0;
        }
        let point = self.point();
        0.5 * self.objective.weight_decay * self.space.dot(&point, &point)
    }

    pub(crate) fn run(&self, batch: &Batch) -> Tape {
        self.programs[batch.program].forward(
            &self.constants[batch.program],
            &self.parameters,
            batch.inputs.clone(),
        )
    }

    pub(crate) fn loss(&self, logits: Array, batch: &Batch) -> Seeds {
        let (targets, weights) = (self.upload(&batch.targets), self.upload(&batch.weights));
        Seeds::at(self.objective.loss, &logits, &targets, &weights)
    }

    pub(crate) fn upload(&self, data: &TensorData) -> Array {
        Array::of_any_kind(data.clone(), self.space.precision(), self.space.device())
    }
}
