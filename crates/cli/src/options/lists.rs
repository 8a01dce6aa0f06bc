//! Help that lists what there is.

use std::sync::OnceLock;

use hesscope_models::NetConfig;

/// The help of an option that names a data set.
pub fn dataset_help() -> String {
    let names: Vec<&str> = hesscope_data::datasets()
        .map(|about| about.name.as_str())
        .collect();
    format!("Data set: {} [default: synth-digits]", names.join(", "))
}

/// The help of an option that names a network.
pub fn net_help() -> String {
    format!("Network: {} [default: small-cnn]", NetConfig::NAMES.join(", "))
}

/// Every data set and network with its description, to stand behind the options.
pub fn lists() -> &'static str {
    static LISTS: OnceLock<String> = OnceLock::new();
    LISTS.get_or_init(|| {
        let mut text = String::from("Data sets:\n");
        for about in hesscope_data::datasets() {
            text += &format!("  {:22} {}\n", about.name, about.description);
        }
        text += "\nNetworks:\n";
        for (name, description) in NetConfig::described() {
            text += &format!("  {name:22} {description}\n");
        }
        text
    })
}
