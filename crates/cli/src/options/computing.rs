//! Where an earlier run is measured.

use hesscope_records::Precision;
use hesscope_study::device::DeviceName;
use serde::Serialize;
use serde_with::skip_serializing_none;
use toml::Table;

use super::table::table;
use super::value::SettingsPath;

/// Where an earlier run is measured.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ComputingOptions {
    /// Device, see `hesscope devices` [default: the run's]
    #[arg(long)]
    device: Option<DeviceName>,
    /// Precision of the products: f32 or f64 [default: the run's]
    #[arg(long)]
    precision: Option<Precision>,
    /// Folder with the files of the data set [default: the run's]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<SettingsPath>,
}

impl ComputingOptions {
    /// As settings.
    pub fn table(&self) -> Table {
        table(self)
    }
}
