//! Help that lists what there is.

use std::sync::OnceLock;

use hesscope_fetch::Catalogue;
use hesscope_models::NetConfig;

/// The names of all data sets.
pub fn dataset_names() -> String {
    let names: Vec<&str> = hesscope_data::datasets()
        .map(|about| about.name.as_str())
        .collect();
    names.join(", ")
}

/// The names of those that can be downloaded.
pub fn datasets_to_fetch() -> String {
    let catalogue = Catalogue::standard();
    let names: Vec<&str> = catalogue
        .datasets()
        .iter()
        .filter(|dataset| !dataset.files.is_empty())
        .map(|dataset| &*dataset.name)
        .collect();
    names.join(", ")
}

/// The help of an option that names a data set.
pub fn dataset_help() -> String {
    format!("Data set: {} [default: synth-digits]", dataset_names())
}

/// The help of an option that names a network.
pub fn net_help() -> String {
    format!(
        "Network: {} [default: small-cnn]",
        NetConfig::NAMES.join(", ")
    )
}

/// Every data set and network with its description below it, to stand behind the options: lines that are too long are wrapped
/// to the same indentation.
pub fn lists() -> &'static str {
    static LISTS: OnceLock<String> = OnceLock::new();
    LISTS.get_or_init(|| {
        let mut text = String::from("Data sets:\n");
        for about in hesscope_data::datasets() {
            text += &format!("  {}\n      {}\n", about.name, about.description);
        }
        text += "\nNetworks:\n";
        for (name, description) in NetConfig::described() {
            text += &format!("  {name}\n      {description}\n");
        }
        text
    })
}
