//! Files in TOML that a user wrote, and tables laid over each other.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::error::StudyError;

/// Reads the text of a file; `what` says what it should be, as in `settings`.
///
/// # Errors
///
/// A file that cannot be read.
pub fn text(path: &Path, what: &str) -> Result<String, StudyError> {
    fs::read_to_string(path).map_err(|error| {
        StudyError::setting(format!(
            "cannot read the {what} {}: {error}; check the path",
            path.display()
        ))
    })
}

/// Reads the text of `path` as a value.
///
/// # Errors
///
/// What is wrong in it, with its line.
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, StudyError> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        let message = error.message().replace('\n', " ");
        StudyError::setting(format!(
            "{}, line {line}: {message}; correct it",
            path.display()
        ))
    })
}

/// The tables of settings, which are merged key by key.
const NESTED: [&str; 5] = ["data", "seeds", "loss", "train", "analysis"];

/// Lays the settings of one table over those of another: tables of settings are merged, other values replaced.
///
/// A word that only names what the other table has with options, as `net = "vgg11"` over `net = { name = "vgg11",
/// classifier = "plain" }`, leaves the options.
pub fn lay_over(over: &Table, under: &mut Table) {
    for (key, value) in over {
        match (value, under.get_mut(key)) {
            (Value::Table(over), Some(Value::Table(under))) if NESTED.contains(&key.as_str()) => {
                lay_over(over, under);
            }
            (Value::String(word), Some(Value::Table(options))) if names(word, options) => {}
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Whether the word alone stands for what the options are of. Those of a search for the learning rate have no name.
fn names(word: &str, options: &Table) -> bool {
    match options.get("name") {
        Some(name) => name.as_str() == Some(word),
        None => word == "search",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_merged_and_words_alone_leave_options() {
        let mut under: Table = toml::from_str(
            "seed = 1\nnet = { name = \"vgg11\", classifier = \"plain\" }\n\
             [train]\nepochs = 3\nmomentum = 0.5\nlearning-rate = { lowest = 0.1 }\n",
        )
        .expect("TOML");
        let over: Table = toml::from_str(
            "seed = 2\nnet = \"vgg11\"\n[train]\nepochs = 4\nlearning-rate = \"search\"\n[analysis]\ntop = 3\n",
        )
        .expect("TOML");
        lay_over(&over, &mut under);
        let wanted: Table = toml::from_str(
            "seed = 2\nnet = { name = \"vgg11\", classifier = \"plain\" }\n\
             [train]\nepochs = 4\nmomentum = 0.5\nlearning-rate = { lowest = 0.1 }\n[analysis]\ntop = 3\n",
        )
        .expect("TOML");
        assert_eq!(under, wanted);
        let other: Table =
            toml::from_str("net = \"mlp\"\n[train]\nlearning-rate = 0.3\n").expect("TOML");
        lay_over(&other, &mut under);
        assert_eq!(under["net"].as_str(), Some("mlp"));
        assert_eq!(under["train"]["learning-rate"].as_float(), Some(0.3));
    }
}
