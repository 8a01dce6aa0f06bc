//! Options as a table of settings.

use serde::Serialize;
use toml::Table;

/// The options that were given, by the names of the settings.
///
/// # Panics
///
/// Never for options of this folder: their numbers and paths were checked when they were read.
pub fn table<T: Serialize>(options: &T) -> Table {
    Table::try_from(options).expect("options that were read are settings")
}
