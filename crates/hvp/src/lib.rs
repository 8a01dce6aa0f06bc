//! Exact products with the Hessian of a network's loss and with its parts, for any network Burn can
//! capture.
//!
//! [`Problem::new`] records a module's forward pass, [`Problem::operator`] gives
//! [`LinearOperator`](hesscope_spectral::LinearOperator)s for the estimators of `hesscope-spectral`.
#![forbid(unsafe_code)]

pub mod array;
mod capture;
mod error;
mod host;
mod loss;
mod lower;
pub mod operators;
mod problem;
mod program;
pub mod rules;
mod space;
mod sweep;

pub use array::{Array, Precision};
pub use capture::capture;
pub use error::{CaptureError, HvpError};
pub use operators::{Operator, Part, UnknownPart};
pub use problem::{Evaluation, Examples, Options, Problem};
pub use program::{Node, Parameter, Program, Slot};
pub use space::ParameterSpace;
