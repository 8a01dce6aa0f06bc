//! Operations that the host does in one pass, in memory that is there already.

use super::host::elements;
use super::host::moves;
use super::host::numbers::reaches;
use super::host::real::with_real;
use super::tensor::Array;

impl Array {
    /// Where the elements of `gate` […] are above zero those of `self` [K, …], and zero elsewhere.
    pub fn where_positive(&self, gate: &Array) -> Array {
        if reaches(self) {
            return with_real!(self, T => elements::where_positive::<T>(self, gate));
        }
        self.mul(&gate.positive().unsqueeze())
    }
}

/// Adds two optional tensors, absent meaning zero.
pub(crate) fn sum(first: Option<Array>, second: Option<Array>) -> Option<Array> {
    match (first, second) {
        (Some(first), Some(second)) if reaches(&first) && first.shape() == second.shape() => {
            Some(with_real!(&second.clone(), T => moves::add::<T>(first, second)))
        }
        (Some(first), Some(second)) => Some(first.plus(second)),
        (first, second) => first.or(second),
    }
}
