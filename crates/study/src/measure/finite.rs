//! Numbers of a checkpoint that must be finite before anything is measured of it.

use std::path::Path;

use hesscope_hvp::{Evaluation, HvpError, Problem};
use hesscope_spectral::{SpectralError, VectorSpace};

use crate::error::StudyError;

/// The weights of a checkpoint over a split, for sentences.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file of the weights.
    pub weights: &'a Path,
    /// The split, in words, as in `over train`.
    pub over: &'a str,
}

impl Place<'_> {
    /// Refuses logits, a loss and a gradient that are not finite.
    ///
    /// # Errors
    ///
    /// The first of them, and a device that fails.
    pub fn check(self, problem: &Problem, evaluation: &Evaluation) -> Result<(), StudyError> {
        if let Some(z) = evaluation.logits.iter().find(|z| !z.is_finite()) {
            return Err(self.refuse(&format!("a logit that is {z}")));
        }
        if !evaluation.loss.is_finite() {
            return Err(self.refuse(&format!("a loss of {}", evaluation.loss)));
        }
        let gradient = problem.gradient()?;
        let space = problem.space();
        if space.to_host(&gradient).iter().all(|x| x.is_finite()) {
            Ok(())
        } else {
            Err(self.refuse("a gradient that is not finite"))
        }
    }

    /// The error of an estimation or a check, with the place where a product is not finite.
    pub fn explain(self, error: StudyError) -> StudyError {
        let infinite = match &error {
            StudyError::Estimation(SpectralError::NotFinite { .. }) => true,
            StudyError::Products(HvpError::NotDeterministic { difference, .. }) => {
                !difference.is_finite()
            }
            _ => false,
        };
        if infinite {
            self.refuse("products with the Hessian or its parts that are not finite")
        } else {
            error
        }
    }

    fn refuse(self, what: &str) -> StudyError {
        StudyError::setting(format!(
            "the weights {} have {what} {}: measure another epoch or other weights, or with --precision f64 if they are \
             only too large for float32",
            self.weights.display(),
            self.over
        ))
    }
}
