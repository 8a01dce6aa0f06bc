//! Data in mini-batches, and what a network makes of them.

pub mod batches;
pub mod epoch;
pub mod loss;
pub mod metrics;
