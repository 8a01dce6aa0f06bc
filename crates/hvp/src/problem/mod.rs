//! A network, its loss and a data set: everything the operators are made from.

mod agreement;
mod batches;
mod captures;
mod definition;
mod derivatives;
mod determinism;
mod evaluation;
mod gradients;
mod indices;
mod labels;
mod opening;
mod options;
mod over_batches;
mod plan;
mod source;
mod vectors;

pub(crate) use batches::Batch;
pub use definition::Problem;
pub use evaluation::Evaluation;
pub use opening::Programs;
pub use options::ProblemOptions;
pub use plan::Plan;
pub use source::{Examples, Samples, Source};
