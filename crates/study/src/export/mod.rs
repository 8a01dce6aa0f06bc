//! Weights, analyses and eigenvectors of a run in files that other programs read. Nothing is written into the run's
//! folder, which need neither be locked nor writable.

mod all;
mod analysis;
mod arrays;
mod eigenvectors;
#[allow(clippy::module_inception)]
mod export;
mod format;
mod npz;
mod safetensors;
mod selection;
mod weights;

pub use export::{ExportKind, export};
pub use selection::Selection;
