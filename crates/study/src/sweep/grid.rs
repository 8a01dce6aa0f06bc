//! The runs of a spec: its axes multiplied, each place laid over the base and the overrides that are of it.

use std::collections::HashSet;

use serde::Serialize;
use toml::{Table, Value};

use super::grid_check::check;
use super::point::Point;
use super::spec_file::{Grid, SpecFile, SpecTables};
use crate::error::StudyError;
use crate::settings::{Settings, lay_over};

/// Every run of a spec, in order: sample sizes vary slowest, so that small runs of everything come first, then data sets,
/// networks, learning rates and seeds.
pub fn points(spec: &SpecFile, tables: &SpecTables) -> Result<Vec<Point>, StudyError> {
    check(spec, tables)?;
    let mut points = Vec::new();
    let mut names = HashSet::new();
    let mut overridden = vec![false; spec.overrides.len()];
    let mut excluded = vec![false; spec.exclude.len()];
    for place in places(&spec.grid)? {
        let mut settings = settings(&place, spec, tables, &mut overridden)?;
        settings.settle_size();
        let mut out = false;
        for (condition, taken) in spec.exclude.iter().zip(&mut excluded) {
            if condition.holds(&settings) {
                (out, *taken) = (true, true);
            }
        }
        if out {
            continue;
        }
        let Point { name, settings } = Point::new(settings)?;
        let settings = settings
            .completed()
            .map_err(|error| StudyError::setting(format!("in the run {name}, {error}")))?;
        if !names.insert(name.clone()) {
            return Err(StudyError::setting(format!(
                "the grid has the run {name} twice: give each value once"
            )));
        }
        points.push(Point { name, settings });
    }
    for (kind, used) in [("override", overridden), ("exclude", excluded)] {
        if let Some(place) = used.iter().position(|used| !used) {
            return Err(StudyError::setting(format!(
                "number {} of the tables [[{kind}]] is of no run of the grid: correct its values, or leave it out",
                place + 1
            )));
        }
    }
    if points.is_empty() {
        return Err(StudyError::setting("every run of the grid is excluded: exclude less"));
    }
    Ok(points)
}

/// The settings of every place of the grid.
fn places(grid: &Grid) -> Result<Vec<Table>, StudyError> {
    let axes = [
        axis(&["examples-per-class"], &grid.examples_per_class)?,
        axis(&["dataset"], &grid.dataset)?,
        axis(&["net"], &grid.net)?,
        axis(&["train", "learning-rate"], &grid.learning_rate)?,
        axis(&["seed"], &grid.seed)?,
    ];
    Ok(axes.into_iter().fold(vec![Table::new()], |places, axis| {
        let along = |place: &Table| -> Vec<Table> { axis.iter().map(|value| laid(value, place)).collect() };
        places.iter().flat_map(along).collect()
    }))
}

/// What the values of an axis set; nothing, once, where it is absent.
fn axis<T: Serialize>(key: &[&str], values: &Option<Vec<T>>) -> Result<Vec<Table>, StudyError> {
    match values {
        Some(values) => values.iter().map(|value| setting(key, value)).collect(),
        None => Ok(vec![Table::new()]),
    }
}

/// A table with one setting.
fn setting<T: Serialize>(key: &[&str], value: &T) -> Result<Table, StudyError> {
    let value = Value::try_from(value).map_err(|error| StudyError::setting(error.to_string()))?;
    let within = |value, key: &&str| Value::Table(Table::from_iter([((*key).to_owned(), value)]));
    Ok(match key.iter().rev().fold(value, within) {
        Value::Table(table) => table,
        _ => Table::new(),
    })
}

fn set<T: Serialize>(table: &mut Table, key: &[&str], value: &T) -> Result<(), StudyError> {
    lay_over(&setting(key, value)?, table);
    Ok(())
}

fn laid(over: &Table, under: &Table) -> Table {
    let mut under = under.clone();
    lay_over(over, &mut under);
    under
}

/// The settings of a run: the base, the overrides that are of it, and its place in the grid, each over those before.
fn settings(
    place: &Table,
    spec: &SpecFile,
    tables: &SpecTables,
    overridden: &mut [bool],
) -> Result<Settings, StudyError> {
    let mut table = tables.base.clone();
    // Conditions are about the place in the grid, which no override changes.
    let mut at = Settings::from_table(laid(place, &table))?;
    at.settle_size();
    let mut epochs = spec.grid.epochs.as_ref();
    for ((over, given), used) in spec.overrides.iter().zip(&tables.overrides).zip(overridden) {
        if over.condition.holds(&at) {
            *used = true;
            epochs = over.epochs.as_ref().or(epochs);
            lay_over(&given.settings, &mut table);
        }
    }
    lay_over(place, &mut table);
    if let Some(operators) = &spec.grid.operators {
        set(&mut table, &["analysis", "operators"], operators)?;
    }
    if let Some(splits) = &spec.grid.splits {
        set(&mut table, &["analysis", "splits"], splits)?;
    }
    if let Some(epochs) = epochs {
        let mut epochs = epochs.clone();
        epochs.sort_unstable();
        epochs.dedup();
        let last = epochs.last().copied().unwrap_or_default();
        let between: Vec<usize> = epochs.iter().copied().filter(|&epoch| epoch != 0 && epoch != last).collect();
        set(&mut table, &["train", "epochs"], &last)?;
        set(&mut table, &["train", "checkpoint-epochs"], &between)?;
        set(&mut table, &["analysis", "epochs"], &epochs)?;
    }
    Settings::from_table(table)
}
