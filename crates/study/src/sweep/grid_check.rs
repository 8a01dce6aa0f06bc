//! What of a spec the types alone do not refuse.

use toml::{Table, Value};

use super::spec_file::{Condition, SpecFile, SpecTables};
use crate::error::StudyError;

/// Refuses empty axes, settings given twice, and tables that change nothing or mean every run.
pub fn check(spec: &SpecFile, tables: &SpecTables) -> Result<(), StudyError> {
    let grid = &spec.grid;
    fn len<T>(axis: &Option<Vec<T>>) -> Option<usize> {
        axis.as_ref().map(Vec::len)
    }
    let axes = [
        ("dataset", len(&grid.dataset), &["dataset"][..]),
        ("net", len(&grid.net), &["net"]),
        ("examples-per-class", len(&grid.examples_per_class), &["examples-per-class"]),
        ("learning-rate", len(&grid.learning_rate), &["train.learning-rate"]),
        ("seed", len(&grid.seed), &["seed"]),
        ("epochs", len(&grid.epochs), &["train.epochs", "train.checkpoint-epochs", "analysis.epochs"]),
        ("operators", len(&grid.operators), &["analysis.operators"]),
        ("splits", len(&grid.splits), &["analysis.splits"]),
    ];
    for (axis, values, settings) in axes {
        not_empty(values, &format!("grid.{axis}"))?;
        for key in settings.iter().filter(|_| values.is_some()) {
            let twice = if given(&tables.base, key) {
                format!("base.{key}")
            } else if tables.overrides.iter().any(|over| given(&over.settings, key)) {
                format!("override.settings.{key}")
            } else {
                continue;
            };
            return refuse(format!("grid.{axis} and {twice} are both given: leave one out"));
        }
    }
    for (k, (over, table)) in spec.overrides.iter().zip(&tables.overrides).enumerate() {
        not_empty(len(&over.epochs), "override.epochs")?;
        let table_number = format!("number {} of the tables [[override]]", k + 1);
        if over.epochs.is_some() && grid.epochs.is_none() {
            return refuse("override.epochs is given without grid.epochs: give those of the other runs there");
        }
        if over.epochs.is_none() && table.settings.is_empty() {
            return refuse(format!("{table_number} changes nothing: give it epochs or settings"));
        }
        if over.condition.is_empty() {
            return refuse(format!(
                "{table_number} is of every run, since its `where` is empty: say of which, or put its settings into [base]"
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

fn not_empty(values: Option<usize>, name: &str) -> Result<(), StudyError> {
    match values {
        Some(0) => refuse(format!("{name} is an empty list: give it a value, or leave it out")),
        _ => Ok(()),
    }
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
