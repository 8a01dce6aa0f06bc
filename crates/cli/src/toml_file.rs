//! Files in TOML that a user wrote, with the line of what is wrong in them.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Reads the text of a file; `what` says what it should be, as in `settings`.
pub fn text(path: &Path, what: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::new(format!(
            "cannot read the {what} {}: {error}; check the path",
            path.display()
        ))
    })
}

/// Reads the text of `path` as a value.
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        let message = error.message().replace('\n', " ");
        Failure::new(format!(
            "{}, line {line}: {message}; correct it",
            path.display()
        ))
    })
}
