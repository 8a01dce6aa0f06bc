//! What the estimators of a trace find.

use serde::{Deserialize, Serialize};

use crate::statistics::estimate::Estimate;

/// An estimate of the trace, with what it cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceEstimate {
    /// The trace and its standard error; of [`xtrace`](crate::xtrace()) the root of the squares of that of sampling and of
    /// [`rounding`](Self::rounding).
    pub trace: Estimate,
    /// What rounding is reckoned to add, as a standard error: all of it where the estimate has no sampling error, as for a
    /// matrix whose rank is below the size of the basis. Not reckoned, and zero, without a basis.
    pub rounding: f64,
    /// Products of the operator with one vector.
    pub products: usize,
    /// Vectors of the basis whose part of the trace is exact; none of [`hutchinson_trace`](crate::hutchinson_trace).
    pub basis: usize,
}
