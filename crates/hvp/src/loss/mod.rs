//! Losses, and the seeds they give the sweep.

mod cross_entropy;
mod sampling;

pub(crate) use cross_entropy::{CrossEntropy, example_loss, softmax};
pub(crate) use sampling::sampled_class;
