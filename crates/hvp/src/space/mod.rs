//! The space of all parameters of a network, whole on a device or in pieces at several ranks.

mod device;
mod parameters;
mod pieces;
mod spread;

pub use parameters::ParameterSpace;
pub(crate) use parameters::on_host;
pub use pieces::Pieces;
pub use spread::{SpreadOperator, SpreadSpace, SpreadVector};
