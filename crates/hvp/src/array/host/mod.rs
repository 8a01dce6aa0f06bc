//! Kernels over the numbers of tensors in host memory.
//!
//! Burn's operations go over a tensor once each and give a new one each time. What a pass does most
//! between its matrix products — scaling channels, adding, masking, choosing winners, sums over
//! channels — reads several tensors and writes one, which a kernel of its own does in one pass. The
//! numbers are borrowed where they lie; results take memory that the pass let go of
//! ([`scratch::recycle`]), because memory that comes fresh from the system costs more to touch than all the
//! arithmetic of such a pass.
//!
//! Every number a kernel gives is computed by one task in an order that does not depend on how many
//! threads there are.

pub(crate) mod channels;
mod convolution;
pub(super) mod elements;
mod lanes;
mod matrix;
pub(crate) mod means;
pub(super) mod moves;
pub(crate) mod normalization;
pub(crate) mod numbers;
mod pool;
pub(super) mod product;
pub(crate) mod real;
pub(crate) mod results;
mod runs;
pub(crate) mod scratch;
pub(crate) mod sums;
mod tasks;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod vectors;
pub(crate) mod wide;
pub(crate) mod winners;
