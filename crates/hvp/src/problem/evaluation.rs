//! The loss over the data set.

use super::call::Call;
use super::definition::Problem;
use crate::error::HvpError;

/// The loss, the logits and perhaps the share of correct answers over the data set.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The mean loss of the rows that count, and the penalty.
    pub loss: f64,
    /// The part of it that is weight decay, λ/2 |θ|².
    pub penalty: f64,
    /// The share of the rows that count whose largest logit is their class's, the first of equal ones;
    /// absent where the targets are not classes.
    pub accuracy: Option<f64>,
    /// The logits, [N m, C] row-major.
    pub logits: Vec<f64>,
}

/// The first of the largest elements.
fn arg_max(row: &[f64]) -> usize {
    (1..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best })
}

impl Problem {
    /// One pass over the data: loss, accuracy and logits.
    ///
    /// # Errors
    ///
    /// When the device fails, or the source does or has changed.
    pub fn evaluate(&self) -> Result<Evaluation, HvpError> {
        self.lead(Call::Evaluate, None, &[])?;
        self.evaluate_here()
    }

    /// The same, in which all ranks take part.
    pub(super) fn evaluate_here(&self) -> Result<Evaluation, HvpError> {
        let mut logits = Vec::new();
        let totals = self.evaluate_share().map(|(totals, found)| {
            logits = found;
            totals
        });
        let totals = self.sum_numbers(totals)?;
        let logits = self.gather_numbers(Ok(logits))?;
        let count = self.batches.counted as f64;
        let penalty = self.penalty();
        Ok(Evaluation {
            loss: totals[0] / count + penalty,
            penalty,
            accuracy: (!self.batches.labels.is_empty()).then_some(totals[1] / count),
            logits,
        })
    }

    /// Of this rank's examples: the sum of the losses and the number of correct answers; the logits.
    fn evaluate_share(&self) -> Result<(Vec<f64>, Vec<f64>), HvpError> {
        let classes = self.classes();
        let mut logits = Vec::new();
        let mut total = 0.0;
        let mut correct = 0usize;
        for index in 0..self.batches.len() {
            let batch = self.batches.load(index, self.space.device())?;
            let tape = self.run(&batch);
            let start = logits.len();
            logits.extend(self.programs[batch.program].logits(&tape).to_f64()?);
            let targets: Vec<f64> = batch.targets.iter::<f64>().collect();
            let rows = logits[start..].chunks(classes).zip(targets.chunks(classes));
            for ((row, (z, target)), counted) in batch.rows.clone().zip(rows).zip(batch.counted()) {
                if counted {
                    total += self.objective.loss.value(z, target);
                    let label = self.batches.labels.get(row);
                    correct +=
                        usize::from(label.is_some_and(|&label| arg_max(z) == label as usize));
                }
            }
        }
        Ok((vec![total, correct as f64], logits))
    }
}
