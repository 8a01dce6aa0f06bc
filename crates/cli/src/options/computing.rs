//! Where an earlier run is measured.

use hesscope_records::Precision;
use hesscope_study::device::DeviceName;
use serde::Serialize;
use toml::Table;

use super::table::table;
use super::value::SettingsPath;

/// Where an earlier run is measured.
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ComputingOptions {
    /// Device, see `hesscope devices` [default: the run's]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// Precision of the products: f32 or f64 [default: the run's]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// Folder with the files of the data set [default: the run's]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<SettingsPath>,
}

impl ComputingOptions {
    /// As settings.
    pub fn table(&self) -> Table {
        table(self)
    }
}
