//! What of a spec the types alone do not refuse.

use toml::{Table, Value};

use super::spec_file::{Condition, SpecFile, SpecTables};
use crate::error::StudyError;

/// The axes, with the settings that each gives.
const AXES: [(&str, &[&str]); 8] = [
    ("dataset", &["dataset"]),
    ("net", &["net"]),
    ("examples-per-class", &["examples-per-class"]),
    ("learning-rate", &["train.learning-rate"]),
    ("seed", &["seed"]),
    (
        "epochs",
        &["train.epochs", "train.checkpoint-epochs", "analysis.epochs"],
    ),
    ("operators", &["analysis.operators"]),
    ("splits", &["analysis.splits"]),
];

/// Refuses empty axes, settings given twice, and tables that change nothing or mean every run.
pub fn check(spec: &SpecFile, tables: &SpecTables) -> Result<(), StudyError> {
    for (axis, keys) in AXES {
        let Some(values) = tables.grid.get(axis) else {
            continue;
        };
        if values.as_array().is_some_and(Vec::is_empty) {
            return empty(&format!("grid.{axis}"));
        }
        for key in keys {
            let overrides = || tables.overrides.iter().map(|over| &over.settings);
            let twice = if given(&tables.base, key) {
                "base"
            } else if overrides().any(|settings| given(settings, key)) {
                "override.settings"
            } else {
                continue;
            };
            return refuse(format!(
                "grid.{axis} and {twice}.{key} are both given: leave one out"
            ));
        }
    }
    for (k, (over, table)) in spec.overrides.iter().zip(&tables.overrides).enumerate() {
        let number = format!("number {} of the tables [[override]]", k + 1);
        match &over.epochs {
            Some(epochs) if epochs.is_empty() => return empty("override.epochs"),
            Some(_) if spec.grid.epochs.is_none() => {
                return refuse(
                    "override.epochs is given without grid.epochs: give those of the other runs there",
                );
            }
            None if table.settings.is_empty() => {
                return refuse(format!(
                    "{number} changes nothing: give it epochs or settings"
                ));
            }
            _ => {}
        }
        if over.condition.is_empty() {
            return refuse(format!(
                "{number} is of every run, since its `where` is empty: say of which, or put its settings into [base]"
            ));
        }
    }
    match spec.exclude.iter().position(Condition::is_empty) {
        Some(k) => refuse(format!(
            "number {} of the tables [[exclude]] is of every run, since it is empty: say of which",
            k + 1
        )),
        None => Ok(()),
    }
}

fn refuse(sentence: impl Into<String>) -> Result<(), StudyError> {
    Err(StudyError::setting(sentence))
}

fn empty(name: &str) -> Result<(), StudyError> {
    refuse(format!(
        "{name} is an empty list: give it a value, or leave it out"
    ))
}

/// Whether a table gives a setting, by its dotted key.
fn given(table: &Table, key: &str) -> bool {
    match key.split_once('.') {
        Some((section, key)) => table
            .get(section)
            .and_then(Value::as_table)
            .is_some_and(|section| section.contains_key(key)),
        None => table.contains_key(key),
    }
}
