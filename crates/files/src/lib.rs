//! Files that are whole or absent, sealed with a checksum of their content, in folders that are locked.
//!
//! Everything that hesscope writes goes through [`write_whole`]; what it reads again carries a [`seal`](sealed). Beside them
//! stands the [nearest] of known names, which every crate that reads names suggests.
#![forbid(unsafe_code)]

mod atomic;
mod below;
mod checksum;
mod header_names;
mod lock;
mod nearest;
pub mod sealed;

pub use atomic::{is_leftover, remove_leftovers, write_bytes, write_whole};
pub use below::is_below;
pub use checksum::{Sha256Writer, sha256_file, sha256_hex};
pub use header_names::name_given_twice;
pub use lock::{FolderLock, LockError};
pub use nearest::{did_you_mean, nearest};
