//! The settings of a run: what a file and flags say, merged as tables and read once.

mod analysis;
mod checkpoint_epochs;
mod data;
mod learning_rate;
mod loss;
mod net;
mod seeds;
#[allow(clippy::module_inception)]
mod settings;
mod toml_file;
mod train;

pub use analysis::{AnalysisChoices, MOST_MIB};
pub use checkpoint_epochs::CheckpointEpochs;
pub use data::DataSettings;
pub use learning_rate::LearningRate;
pub use loss::{LossName, LossSettings};
pub use net::{NetSettings, OnnxSettings};
pub use seeds::{SeedChoices, Seeds};
pub use settings::{Settings, default_data_folder, differing};
pub use toml_file::{lay_over, parse, text};
pub use train::TrainSettings;
