//! The settings of a training.

mod difference;
mod log_epochs;
mod rate_grid;
mod schedule;
mod setting_error;
mod train_config;

pub use log_epochs::log_epochs;
pub use rate_grid::RateGrid;
pub use schedule::{SCHEDULE_NAMES, Schedule};
pub use setting_error::SettingError;
pub use train_config::TrainConfig;

pub(crate) use difference::difference;
pub(crate) use setting_error::require;
