//! Data sets whose images are in memory.

pub(crate) mod assemble;
mod augment;
mod fingerprint;
mod images;
pub(crate) mod inputs;
pub(crate) mod labelled;
mod split;

pub use split::Split;
