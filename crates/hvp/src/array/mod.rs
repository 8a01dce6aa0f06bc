//! Tensors of dynamic rank on any device: the currency of the rules.
//!
//! [`Array`] wraps a primitive of Burn's run-time dispatch backend. Its methods broadcast as Burn's
//! operations do, and take `self` by reference: a clone of a primitive is a handle, never a copy of the
//! numbers.
//!
//! Nearly all arrays hold floats, and only they are differentiated. A network's tokens, indices and
//! masks are arrays of another [`Kind`]: what moves elements about takes them as well, arithmetic does
//! not.

#[cfg(feature = "gpu")]
pub(crate) mod device;
mod elementwise;
mod fused;
pub(crate) mod host;
mod indexing;
mod kind;
mod reduction;
mod shape;
mod tensor;
mod windows;

pub(crate) use fused::sum;
pub use kind::Kind;
pub(crate) use tensor::finest_precision;
pub use tensor::{Array, Indices};
pub(crate) use windows::Windows;
