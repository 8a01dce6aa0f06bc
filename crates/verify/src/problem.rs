//! A reference's network and data as a problem, and vectors in its order and in ours.

use burn::tensor::{Device, TensorData};
use hesscope_hvp::{Examples, Precision, Problem, ProblemOptions};
use hesscope_models::BnMode;

use crate::error::VerifyError;
use crate::network::ReferenceNetwork;
use crate::reference::Reference;
use crate::shapes;
use crate::tensor::ReferenceTensor;

impl Reference {
    /// Everything needed to compute with the reference's network on a device.
    ///
    /// The batch of statistics in train mode is the whole of the reference's examples, as it was when
    /// the reference was made.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or the network cannot be captured.
    pub fn problem(&self, precision: Precision, device: &Device) -> Result<Problem, VerifyError> {
        let options = ProblemOptions {
            precision,
            ..ProblemOptions::default()
        };
        self.problem_with(device, options)
    }

    /// As [`problem`](Self::problem), with a choice of batch and directions.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or of another shape, or the network cannot be captured.
    pub fn problem_with(
        &self,
        device: &Device,
        options: ProblemOptions,
    ) -> Result<Problem, VerifyError> {
        shapes::check(self).map_err(|reason| self.foreign(reason))?;
        let network = ReferenceNetwork::new(self, options.precision, device)?;
        let mut options = options;
        let mode = if self.batch_statistics {
            options.batch_size = Some(self.labels.len());
            BnMode::Batch
        } else {
            BnMode::Running
        };
        let examples = Examples {
            inputs: TensorData::new(self.inputs.values.clone(), self.inputs.shape.clone()),
            labels: self.labels.clone(),
        };
        Ok(Problem::new(
            &network,
            |network: &ReferenceNetwork, x| network.forward(x, mode),
            examples,
            device,
            options,
        )?)
    }

    /// A vector in the order of the reference, whose linear weights are [out, in], as a vector in the
    /// order of the program, whose linear weights are [in, out].
    pub fn to_program(&self, vector: &[f64]) -> Vec<f64> {
        self.reorder(vector, |rows, columns, row, column| {
            (row * columns + column, column * rows + row)
        })
    }

    /// The inverse of [`to_program`](Self::to_program).
    pub fn from_program(&self, vector: &[f64]) -> Vec<f64> {
        self.reorder(vector, |rows, columns, row, column| {
            (column * rows + row, row * columns + column)
        })
    }

    /// Copies a vector; in each matrix [rows, columns] of the reference, `indices` says from where to
    /// where the element at (row, column) goes.
    fn reorder(
        &self,
        vector: &[f64],
        indices: impl Fn(usize, usize, usize, usize) -> (usize, usize),
    ) -> Vec<f64> {
        let mut reordered = vector.to_vec();
        let mut start = 0;
        for (_, ReferenceTensor { shape, values }) in &self.parameters {
            if let [rows, columns] = shape[..] {
                for row in 0..rows {
                    for column in 0..columns {
                        let (from, to) = indices(rows, columns, row, column);
                        reordered[start + to] = vector[start + from];
                    }
                }
            }
            start += values.len();
        }
        reordered
    }
}
