//! Operations that the host does in one pass, in memory that is there already.

use super::host::elements;
use super::host::moves;
use super::host::numbers::reaches;
use super::host::real::with_real;
use super::tensor::Array;

impl Array {
    /// `share self + other_share other`, of one shape.
    pub fn blend(&self, share: f64, other: &Array, other_share: f64) -> Array {
        #[cfg(feature = "gpu")]
        if let Some(blended) = super::device::blend(self, share, other, other_share) {
            return blended;
        }
        self.scale(share).plus(other.scale(other_share))
    }

    /// Where the elements of `gate` […] are above zero those of `self` [K, …], and zero elsewhere.
    pub fn where_positive(&self, gate: &Array) -> Array {
        if reaches(self) {
            return with_real!(self, T => elements::where_positive::<T>(self, gate));
        }
        #[cfg(feature = "gpu")]
        if let Some(kept) = super::device::gates::where_positive(self, gate) {
            return kept;
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
