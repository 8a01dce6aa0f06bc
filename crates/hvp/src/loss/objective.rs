//! What is minimised: the mean loss and perhaps weight decay.

use super::of_row::Loss;
use crate::error::HvpError;

/// The function of the parameters whose derivatives are taken: the mean over the rows that count of
/// the loss of a row, and λ/2 |θ|².
///
/// Weight decay adds λ θ to the gradient and λ I to the Hessian, a part beside G and H, which it does
/// not touch: Hess = G + H + λ I.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Objective {
    /// The loss of a row.
    pub loss: Loss,
    /// λ, zero where nothing is asked for.
    pub weight_decay: f64,
}

impl From<Loss> for Objective {
    fn from(loss: Loss) -> Self {
        Objective {
            loss,
            weight_decay: 0.0,
        }
    }
}

impl Objective {
    /// Whether the numbers are such that there is a loss.
    pub(crate) fn check(&self) -> Result<(), HvpError> {
        if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            return Err(HvpError::Input(format!(
                "weight_decay is {}: give a finite number, zero or more",
                self.weight_decay
            )));
        }
        match self.loss {
            Loss::CrossEntropy { label_smoothing } if !(0.0..=1.0).contains(&label_smoothing) => {
                Err(HvpError::Input(format!(
                    "label_smoothing is {label_smoothing}: give a share between 0 and 1"
                )))
            }
            _ => Ok(()),
        }
    }
}
