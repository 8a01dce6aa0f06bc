//! Readers of file formats, which know nothing of data sets.

pub(crate) mod archive;
pub(crate) mod array;
mod bounded;
mod gzip;
pub mod idx;
pub(crate) mod inputs;
pub(crate) mod npz;
pub(crate) mod safetensors;
pub(crate) mod stored;

pub(crate) use bounded::read_bounded;
