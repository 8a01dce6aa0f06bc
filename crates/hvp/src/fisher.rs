//! Matrices made of the gradients of the rows: Fisher matrices and the covariance.
//!
//! With g_i = J_iᵀ r_i the gradient of the loss of row i (an example, or a position of one) and r_i that loss's gradient in the logits
//! (p_i - y_i for cross-entropy), the empirical Fisher (1/N) Σ g_i g_iᵀ is (1/N) Σ J_iᵀ r_i r_iᵀ J_i: one
//! push and one pull with a cotangent r_i (r_i·u_i), so no gradient of a row is ever formed.
//! Kunstner, Hennig, Balles, "Limitations of the empirical Fisher approximation for natural gradient
//! descent" (2019), section 2, sets the three matrices beside each other.

use burn::tensor::TensorData;
use hesscope_spectral::{LinearOperator, OperatorError, VectorSpace};

use crate::array::Array;
use crate::error::HvpError;
use crate::loss::{Seeds, SplitMix64};
use crate::moment::Moment;
use crate::problem::{Batch, Call, Problem};
use crate::space::ParameterSpace;

/// A matrix of second moments of the gradients of a [`Problem`], p × p and positive semidefinite.
pub struct MomentOperator<'a> {
    problem: &'a Problem,
    moment: Moment,
    /// ḡ, for the covariance.
    mean: Option<Array>,
}

impl Problem {
    /// The operator of a matrix of gradients.
    ///
    /// # Errors
    ///
    /// When no target is to be drawn, or the device fails.
    pub fn moment(&self, moment: Moment) -> Result<MomentOperator<'_>, HvpError> {
        if matches!(moment, Moment::MonteCarloFisher { samples: 0, .. }) {
            return Err(HvpError::Input(
                "the Monte-Carlo Fisher needs at least one sample: set samples to 1 or more".into(),
            ));
        }
        let mean = match moment {
            Moment::GradientCovariance => Some(self.mean_gradient()?),
            Moment::EmpiricalFisher | Moment::MonteCarloFisher { .. } => None,
        };
        Ok(MomentOperator {
            problem: self,
            moment,
            mean,
        })
    }
}

impl MomentOperator<'_> {
    /// ḡ·v for each of the directions [K, p]; none where the mean stays.
    fn along_mean(&self, directions: &Array) -> Vec<f64> {
        let Some(mean) = &self.mean else {
            return Vec::new();
        };
        let space = self.problem.space();
        let rows = directions.rows();
        rows.iter().map(|row| space.dot(mean, row)).collect()
    }

    fn product(&self, directions: &Array) -> Result<Vec<Array>, HvpError> {
        let along_mean = self.along_mean(directions);
        let problem = self.problem;
        problem.lead(Call::Moment(self.moment), Some(directions), &along_mean)?;
        problem.moment_here(self.moment, &along_mean, directions)
    }
}

impl Problem {
    /// The products of a matrix of gradients with the directions [K, p], in which all ranks take part. `along_mean` has ḡ·v of
    /// each where the mean is taken away.
    pub(crate) fn moment_here(
        &self,
        moment: Moment,
        along_mean: &[f64],
        directions: &Array,
    ) -> Result<Vec<Array>, HvpError> {
        let count = self.counted_rows() as f64;
        let space = self.space();
        let along_mean = (!along_mean.is_empty()).then(|| {
            let shape = [along_mean.len(), 1, 1];
            Array::from_vec(
                along_mean.to_vec(),
                &shape,
                space.precision(),
                space.device(),
            )
        });
        let tangents = self.split(directions);
        self.vectors_over_batches(directions.shape()[0], move |batch| {
            let program = self.program_of(batch);
            let tape = self.run(batch);
            let logits = program.logits(&tape);
            let pushed = program.push(&tape, &tangents, false)[program.output].take();
            let Some(u) = pushed else {
                return Ok(vec![None; tangents.len()]);
            };
            let cotangent = match moment {
                Moment::EmpiricalFisher | Moment::GradientCovariance => {
                    let residual = self.loss(logits, batch).gradient;
                    let along = residual.mul(&u).sum_dim(2).scale(count);
                    match &along_mean {
                        Some(mean) => residual.mul(&along.sub(mean)),
                        None => residual.mul(&along),
                    }
                }
                Moment::MonteCarloFisher { seed, samples } => {
                    let scale = self.objective().loss.likelihood_scale(self.classes());
                    let factor = count / (samples as f64 * scale);
                    let mut total = None;
                    for sample in 0..samples {
                        let residual = self.sampled_residual(&logits, batch, seed, sample)?;
                        let along = residual.mul(&u).sum_dim(2);
                        let one = residual.mul(&along.scale(factor));
                        total = crate::array::sum(total, Some(one));
                    }
                    total.expect("there is at least one sample")
                }
            };
            let tangents = vec![None; program.shapes.len()];
            Ok(program
                .pull(tape, tangents, None, Some(cotangent), false)
                .tangent)
        })
    }
}

impl LinearOperator for MomentOperator<'_> {
    type Space = ParameterSpace;

    fn space(&self) -> &ParameterSpace {
        self.problem.space()
    }

    fn apply(&self, block: &[Array]) -> Result<Vec<Array>, OperatorError> {
        self.problem
            .in_blocks(block, |directions| self.product(directions))
    }
}

impl Problem {
    /// The gradient in the logits [1, rows, C] of the loss, for targets drawn from the predictions.
    fn sampled_residual(
        &self,
        logits: &Array,
        batch: &Batch,
        seed: u64,
        sample: usize,
    ) -> Result<Array, HvpError> {
        let loss = self.objective().loss;
        let targets: Vec<f64> = logits
            .to_f64()?
            .chunks(self.classes())
            .zip(batch.rows.clone())
            .flat_map(|(logits, row)| {
                let row = self.first_row() + row;
                loss.sample(logits, &mut SplitMix64::for_row(seed, row, sample))
            })
            .collect();
        let targets = self.upload(&TensorData::new(targets, logits.shape()));
        let weights = self.upload(&batch.weights);
        Ok(Seeds::at(loss, logits, &targets, &weights).gradient)
    }
}
