//! The runs of a spec: its axes multiplied, each place laid over the base and the overrides that are of it.

use std::collections::HashSet;

use toml::{Table, Value};

use super::grid_check::check;
use super::point::Point;
use super::spec_file::{SpecFile, SpecTables};
use crate::error::StudyError;
use crate::settings::{Settings, lay_over};

/// The axes that are multiplied, the slowest first, with the setting that each gives.
const MULTIPLIED: [(&str, &str); 5] = [
    ("examples-per-class", "examples-per-class"),
    ("dataset", "dataset"),
    ("net", "net"),
    ("learning-rate", "train.learning-rate"),
    ("seed", "seed"),
];

/// Most runs of a sweep: each has its settings in the plan and its folder on the disk.
const MOST_RUNS: usize = 100_000;

/// Those whose values belong to every run.
const SHARED: [(&str, &str); 2] = [
    ("operators", "analysis.operators"),
    ("splits", "analysis.splits"),
];

/// Every run of a spec, in order: sample sizes vary slowest, so that small runs of everything come first, then data sets,
/// networks, learning rates and seeds.
pub fn points(spec: &SpecFile, tables: &SpecTables) -> Result<Vec<Point>, StudyError> {
    check(spec, tables)?;
    require_few(&tables.grid)?;
    let mut points = Vec::new();
    let mut names = HashSet::new();
    let mut overridden = vec![false; spec.overrides.len()];
    let mut excluded = vec![false; spec.exclude.len()];
    for place in places(&tables.grid) {
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
        return Err(StudyError::setting(
            "every run of the grid is excluded: exclude less",
        ));
    }
    Ok(points)
}

/// Refuses a grid of more runs than a sweep can have, before it is multiplied.
fn require_few(grid: &Table) -> Result<(), StudyError> {
    let lengths = MULTIPLIED.iter().filter_map(|(axis, _)| {
        let length = grid.get(*axis)?.as_array().map_or(1, Vec::len);
        (length > 1).then_some((*axis, length))
    });
    let runs = lengths
        .clone()
        .fold(1, |runs: usize, (_, length)| runs.saturating_mul(length));
    if runs <= MOST_RUNS {
        return Ok(());
    }
    let axes: Vec<String> = lengths
        .map(|(axis, length)| format!("{length} of {axis}"))
        .collect();
    Err(StudyError::setting(format!(
        "the grid has {runs} runs ({}), and a sweep has at most {MOST_RUNS}: give fewer values, or several sweeps",
        axes.join(" times ")
    )))
}

/// The settings of every place of the grid.
fn places(grid: &Table) -> Vec<Table> {
    let mut places = vec![Table::new()];
    for (axis, key) in MULTIPLIED {
        let Some(values) = grid.get(axis) else {
            continue;
        };
        let values = list(values);
        let along = |place: Table| {
            let at = move |value: &Value| with(place.clone(), key, value.clone());
            values.iter().map(at).collect::<Vec<_>>()
        };
        places = places.into_iter().flat_map(along).collect();
    }
    places
}

/// A list, or a value as a list.
fn list(value: &Value) -> Vec<Value> {
    value
        .as_array()
        .map_or_else(|| vec![value.clone()], Clone::clone)
}

/// Settings with another one, by its dotted key, laid over them.
fn with(mut settings: Table, key: &str, value: impl Into<Value>) -> Table {
    let over = key.rsplit('.').fold(value.into(), |value, key| {
        Value::Table(Table::from_iter([(key.to_owned(), value)]))
    });
    if let Value::Table(over) = over {
        lay_over(&over, &mut settings);
    }
    settings
}

/// The settings of a run: the base, the overrides that are of it, and its place in the grid, each over those before.
fn settings(
    place: &Table,
    spec: &SpecFile,
    tables: &SpecTables,
    overridden: &mut [bool],
) -> Result<Settings, StudyError> {
    // Conditions are about the place in the grid, which no override changes.
    let mut at = tables.base.clone();
    lay_over(place, &mut at);
    let mut at = Settings::from_table(at)?;
    at.settle_size();
    let mut table = tables.base.clone();
    let mut epochs = spec.grid.epochs.as_ref();
    let overrides = spec.overrides.iter().zip(&tables.overrides);
    for ((over, given), used) in overrides.zip(overridden) {
        if over.condition.holds(&at) {
            *used = true;
            epochs = over.epochs.as_ref().or(epochs);
            lay_over(&given.settings, &mut table);
        }
    }
    lay_over(place, &mut table);
    for (axis, key) in SHARED {
        if let Some(values) = tables.grid.get(axis) {
            table = with(table, key, list(values));
        }
    }
    let mut settings = Settings::from_table(table)?;
    if let Some(epochs) = epochs {
        settings.analyse_at(epochs.clone());
    }
    Ok(settings)
}
