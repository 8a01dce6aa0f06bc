//! Files of settings, as far as they are read without the data.
#![no_main]

use std::path::Path;

use hesscope_study::settings::{Settings, parse};
use toml::Table;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let path = Path::new("settings.toml");
    let whole = parse::<Settings>(path, text);
    let Ok(table) = parse::<Table>(path, text) else {
        assert!(whole.is_err());
        return;
    };
    let Ok(mut settings) = Settings::from_table(table) else {
        return;
    };
    settings.settle_size();
    let _ = settings.hash();
    if settings.check().is_ok() {
        // What is taken is written as what is taken.
        let table = settings.to_table().expect("settings from a table");
        assert_eq!(Settings::from_table(table).expect("the same"), settings);
    }
});
