//! Errors of the estimators, of operators and of snapshots.

pub(crate) mod operator_error;
pub(crate) mod snapshot_error;
pub(crate) mod spectral_error;
