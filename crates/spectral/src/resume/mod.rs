//! Estimations that can be stopped and gone on with, and where their snapshots are kept.

pub(crate) mod estimation;
pub(crate) mod folder_keeper;
pub(crate) mod keeper;
pub(crate) mod memory_keeper;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod vector_file;
