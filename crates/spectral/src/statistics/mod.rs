//! Means, confidence intervals and quantiles.

pub(crate) mod bounded;
pub(crate) mod estimate;
pub(crate) mod student;
