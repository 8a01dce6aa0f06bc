//! A network, its loss and a data set: everything the operators are made from.

mod agreement;
mod batches;
mod call;
mod captures;
mod company;
mod definition;
mod derivatives;
mod determinism;
mod evaluation;
mod gradients;
mod indices;
mod joining;
mod labels;
mod opening;
mod options;
mod over_batches;
mod over_ranks;
mod plan;
mod share;
mod source;
mod vectors;

pub(crate) use batches::Batch;
pub(crate) use call::Call;
pub use definition::Problem;
pub use evaluation::Evaluation;
pub use opening::Programs;
pub use options::ProblemOptions;
pub use plan::Plan;
pub use share::Share;
pub use source::{Examples, Samples, Source};
