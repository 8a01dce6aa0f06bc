//! Numbers, names and counts in words.

pub(crate) mod differences;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod outliers;
