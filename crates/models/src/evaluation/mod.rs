//! Data in mini-batches, and what a network makes of them.

mod batches;
mod epoch;
mod forward;
mod loss;
mod metrics;

pub use batches::{BatchError, BatchSource, HostBatch, HostBatches};
pub use epoch::{EpochMetrics, EpochTiming};
pub use loss::cross_entropy;
pub use metrics::{Metrics, accuracy, evaluate, metrics_of};

pub(crate) use batches::check_split;
pub(crate) use metrics::evaluate_until;
