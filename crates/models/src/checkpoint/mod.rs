//! Checkpoints: one safetensors file with all that determines how a training goes on.
//!
//! Parameters and running statistics are stored under their paths, momentum buffers under `momentum:` and the parameter's
//! path. The header's metadata have one key, `hesscope.checkpoint`: the SHA-256 of the content, a space, and
//! [`CheckpointInfo`](info::CheckpointInfo) as JSON. The content is that JSON text and every tensor, so that a file that
//! is cut short or has one bit changed is told from a whole one before any of it is used. Two equal trainings write equal
//! bytes: no times, no paths.

mod error;
mod files;
mod format;
mod heal;
mod info;
mod load;
mod save;

pub use error::{CheckpointError, Mismatch};
pub use files::{LAST_CHECKPOINT, checkpoint_path, list_checkpoints};
pub use format::FORMAT_VERSION;
pub use heal::heal_checkpoints;
pub use info::{CheckpointInfo, Provenance};
pub use load::{Checkpoint, load_checkpoint, read_checkpoint_info};
pub use save::CheckpointContent;
