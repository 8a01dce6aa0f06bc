//! The rule for each operation Burn records.

mod activation;
mod arithmetic;
mod chain;
mod discrete;
mod layers;
mod lowering;
mod modules;
mod movement;
mod normalizations;
mod rules;

pub use lowering::Lowering;
pub(crate) use lowering::Step;
pub(crate) use normalizations::normalizations;
pub use rules::Rules;
pub(crate) use rules::operation_name;
