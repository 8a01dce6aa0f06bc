//! Exact references of small networks, and the comparison of a device with them.
//!
//! A reference is a safetensors file that holds one tiny network, its data, and what was computed
//! from them densely in float64 by another program: logits, gradient, and the products of the
//! Hessian and its parts with a few directions. [`Reference::read`] reads it, [`verify`] computes the
//! same with this crate's rules on any device and precision and says how far apart the two are. It is
//! a user's own test of a device.
#![forbid(unsafe_code)]

mod comparison;
mod error;
mod exported;
mod kind;
mod network;
mod problem;
mod reference;
mod shapes;
mod tensor;

pub use comparison::{Comparison, Outcome, Quantity, verify};
pub use error::VerifyError;
pub use exported::{ExportedReference, verify_exported};
pub use kind::NetworkKind;
pub use network::ReferenceNetwork;
pub use reference::Reference;
pub use tensor::ReferenceTensor;
