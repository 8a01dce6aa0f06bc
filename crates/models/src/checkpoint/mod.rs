//! Checkpoints: one safetensors file with all that determines how a training goes on.
//!
//! Parameters and running statistics are stored under their paths, momentum buffers under `momentum:` and the parameter's
//! path. The header's metadata have one key, `hesscope.checkpoint`: the SHA-256 of the content, a space, and
//! [`CheckpointInfo`](info::CheckpointInfo) as JSON. The content is that JSON text and every tensor, so that a file that
//! is cut short or has one bit changed is told from a whole one before any of it is used. Two equal trainings write equal
//! bytes: no times, no paths.

pub mod error;
pub mod files;
pub mod format;
pub mod heal;
pub mod info;
pub mod load;
pub mod save;
