//! Losses, and the seeds they give the sweep.

mod cross_entropy;

pub(crate) use cross_entropy::{CrossEntropy, example_loss};
