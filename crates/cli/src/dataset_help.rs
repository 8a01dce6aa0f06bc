//! The data sets as help texts list them.

use hesscope_data::{DatasetName, datasets};
use hesscope_fetch::Catalogue;

/// All data sets, for an option of which `synth-digits` is the default.
pub fn all() -> String {
    let names: Vec<&str> = datasets().map(|about| about.name.as_str()).collect();
    let default = DatasetName::SYNTH_DIGITS;
    format!("Data set: {} [default: {default}]", names.join(", "))
}

/// Those that can be fetched.
pub fn fetched() -> String {
    let catalogue = Catalogue::standard();
    let fetched = catalogue.datasets().iter();
    let fetched = fetched.filter(|dataset| !dataset.files.is_empty());
    let names: Vec<&str> = fetched.map(|dataset| dataset.name.as_str()).collect();
    format!("Data set: {}", names.join(", "))
}
