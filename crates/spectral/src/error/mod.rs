//! Errors of the estimators, of operators and of snapshots.

pub(crate) mod operator_error;
pub(crate) mod snapshot_error;
pub(crate) mod spectral_error;

pub use operator_error::OperatorError;
pub use snapshot_error::SnapshotError;
pub use spectral_error::SpectralError;
