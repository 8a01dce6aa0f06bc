//! The rule for each operation Burn records.

mod activation;
mod arithmetic;
mod batch_statistics;
mod chain;
mod discrete;
mod layers;
mod lowering;
mod modules;
mod movement;
mod rules;

pub(crate) use batch_statistics::over_batches;
pub use lowering::Lowering;
pub(crate) use lowering::Step;
pub use rules::Rules;
pub(crate) use rules::operation_name;
