//! The settings of a training.

pub mod difference;
pub mod log_epochs;
pub mod rate_grid;
pub mod schedule;
pub mod setting_error;
pub mod train_config;
