//! Options that several commands share. Those that are settings serialise to the tables of a file of settings, over which
//! they are laid.

mod computing;
mod data;
mod estimation;
mod headings;
mod lists;
mod loss;
mod model;
mod new_run;
mod pictures;
mod settings;
mod shared;
mod start;
mod stored_run;
mod table;
mod train;
pub mod value;

pub use computing::ComputingOptions;
pub use estimation::EstimationOptions;
pub use headings::Headings;
pub use lists::{dataset_names, datasets_to_fetch, lists};
pub use new_run::NewRunOptions;
pub use pictures::PictureOptions;
pub use settings::{AnalysisOptions, SettingsOptions};
pub use shared::{SharedOptions, SharedTrainOptions, SubjectOptions};
pub use start::StartOptions;
pub use stored_run::{CheckpointOptions, StoredRunOptions};
pub use table::table;
