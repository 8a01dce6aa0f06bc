//! The memory of one pass over a batch, counted before anything is computed.
//!
//! The walk of [`crate::pass`] is repeated with sizes in place of tensors: what it holds, shares and
//! lets go is held, shared and let go here, and each rule says what it computes on the way. Everything
//! is counted in numbers of the precision, whatever the device.

mod account;
mod ledger;
#[cfg(test)]
pub(crate) mod tests;
mod walk;
