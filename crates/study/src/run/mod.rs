//! The folder of a run: what it holds, how it is trained, and whether all of it belongs together.

mod check;
mod checkpoint;
mod folder;
mod imported;
mod importing;
mod metrics;
mod report;
#[allow(clippy::module_inception)]
mod run;
mod run_file;
mod search;
mod stored_weights;
mod tensorboard;
mod timing;
mod training;
mod watcher;
mod weights_info;

pub use check::check;
pub use checkpoint::Checkpoint;
pub(crate) use folder::require_ours;
pub use folder::{CHECKPOINTS, FIGURES, LOCK, RunFolder, SEARCH, SNAPSHOTS};
pub use report::write_run_report;
pub use run::{Run, require_class};
pub use run_file::RunFile;
pub use search::search_record;
pub(crate) use stored_weights::{kept_epochs, load_trained};
pub use timing::{TimingRecord, timing_of};
