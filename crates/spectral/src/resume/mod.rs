//! Estimations that can be stopped and gone on with, and where their snapshots are kept.

pub(crate) mod estimation;
pub(crate) mod folder_keeper;
pub(crate) mod keeper;
pub(crate) mod memory_keeper;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod vector_file;

pub use estimation::Estimation;
pub use folder_keeper::FolderKeeper;
pub use keeper::{Keeper, NoKeeper};
pub use memory_keeper::MemoryKeeper;
pub use snapshot::{Snapshot, SnapshotRef};
pub use state::{OptionRules, read_state, write_state};
