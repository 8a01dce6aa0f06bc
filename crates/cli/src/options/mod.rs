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
mod stored_run;
mod table;
mod train;
pub mod value;

pub use computing::ComputingOptions;
pub use data::DataOptions;
pub use estimation::EstimationOptions;
pub use headings::Headings;
pub use lists::{dataset_help, dataset_names, datasets_to_fetch, lists, net_help};
pub use loss::LossOptions;
pub use model::ModelOptions;
pub use new_run::NewRunOptions;
pub use pictures::PictureOptions;
pub use settings::AnalysisOptions;
pub use shared::{SharedOptions, SharedTrainOptions};
pub use stored_run::{CheckpointOptions, StoredRunOptions};
