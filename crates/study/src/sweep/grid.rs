//! The runs of a spec.

use std::collections::HashSet;

use hesscope_data::{DatasetName, PerClass};
use hesscope_models::NetConfig;
use serde::{Deserialize, Serialize};

use super::many::Many;
use super::spec::{Condition, Grid, Net, SpecFile, SpecTables};
use crate::args::RunOptions;
use crate::checkpoint_epochs::CheckpointEpochs;
use crate::data_settings::DataSettings;
use crate::failure::Failure;
use crate::folder::sha256;
use crate::learning_rate::LearningRate;
use crate::settings::{AnalysisChoices, Settings};
use crate::train_settings::TrainSettings;

/// One run of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The name of its folder.
    pub name: String,
    /// Its settings, resolved.
    pub settings: Settings,
}

impl Point {
    /// What its results depend on: all settings but those of the machine it runs on.
    pub fn essence(&self) -> Settings {
        let settings = self.settings.clone();
        Settings {
            data_dir: None,
            weights: None,
            data: DataSettings {
                cache_dir: None,
                ..settings.data
            },
            train: TrainSettings {
                tensorboard: false,
                ..settings.train
            },
            analysis: AnalysisChoices {
                snapshot_seconds: AnalysisChoices::default().snapshot_seconds,
                ..settings.analysis
            },
            ..settings
        }
    }

    /// SHA-256 of that, as TOML.
    pub fn key(&self) -> Result<String, Failure> {
        Ok(sha256(toml::to_string(&self.essence())?.as_bytes()))
    }

    /// The number of its analyses.
    pub fn analyses(&self) -> usize {
        let Settings { analysis, .. } = &self.settings;
        self.settings.analysed_epochs().len() * analysis.splits.len() * analysis.operators.len()
    }
}

/// Where a run lies in the grid; none where the grid does not say.
#[derive(Debug, Clone, Copy, Default)]
struct Place<'a> {
    dataset: Option<DatasetName>,
    net: Option<&'a NetConfig>,
    examples_per_class: Option<PerClass>,
    learning_rate: Option<LearningRate>,
    seed: Option<u64>,
}

/// Every run of a spec, in order: sample sizes vary slowest, so that small runs of everything come first, then data sets,
/// networks, learning rates and seeds.
pub fn points(spec: &SpecFile, tables: &SpecTables) -> Result<Vec<Point>, Failure> {
    check(spec, tables)?;
    let mut points = Vec::new();
    let mut names = HashSet::new();
    let mut overridden = vec![false; spec.overrides.len()];
    let mut excluded = vec![false; spec.exclude.len()];
    for place in places(&spec.grid) {
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
        let name = name(&settings)?;
        let settings = settings
            .under(&RunOptions::default())
            .map_err(|failure| Failure::new(format!("in the run {name}, {failure}")))?;
        if !names.insert(name.clone()) {
            return Err(Failure::new(format!(
                "the grid has the run {name} twice: give each value once"
            )));
        }
        points.push(Point { name, settings });
    }
    for (kind, used) in [("override", overridden), ("exclude", excluded)] {
        if let Some(place) = used.iter().position(|used| !used) {
            return Err(Failure::new(format!(
                "number {} of the tables [[{kind}]] is of no run of the grid: correct its values, or leave it out",
                place + 1
            )));
        }
    }
    if points.is_empty() {
        return Err(Failure::new(
            "every run of the grid is excluded: exclude less",
        ));
    }
    Ok(points)
}

/// The axes multiplied.
fn places(grid: &Grid) -> Vec<Place<'_>> {
    let mut places = vec![Place::default()];
    fn along<'a, T>(
        places: &mut Vec<Place<'a>>,
        axis: &'a Option<Many<T>>,
        set: impl Fn(&mut Place<'a>, &'a T),
    ) {
        let Some(Many(values)) = axis else { return };
        *places = places
            .iter()
            .flat_map(|&place| values.iter().map(move |value| (place, value)))
            .map(|(mut place, value)| {
                set(&mut place, value);
                place
            })
            .collect();
    }
    along(&mut places, &grid.examples_per_class, |place, &value| {
        place.examples_per_class = Some(value);
    });
    along(&mut places, &grid.dataset, |place, &value| {
        place.dataset = Some(value);
    });
    along(&mut places, &grid.net, |place, Net(value)| {
        place.net = Some(value);
    });
    along(&mut places, &grid.learning_rate, |place, &value| {
        place.learning_rate = Some(value);
    });
    along(&mut places, &grid.seed, |place, &value| {
        place.seed = Some(value);
    });
    places
}

/// The settings of a run: the base, the overrides that are of it, and its place in the grid, each over those before.
fn settings(
    place: &Place<'_>,
    spec: &SpecFile,
    tables: &SpecTables,
    overridden: &mut [bool],
) -> Result<Settings, Failure> {
    let mut table = tables.base.clone();
    let placed = |table: &toml::Table| -> Result<Settings, Failure> {
        let mut settings: Settings = table.clone().try_into()?;
        place.set(&mut settings);
        Ok(settings)
    };
    // Conditions are about the place in the grid, which no override changes.
    let mut at = placed(&table)?;
    at.settle_size();
    let mut epochs = spec.grid.epochs.as_ref();
    for (k, over) in spec.overrides.iter().enumerate() {
        if !over.condition.holds(&at) {
            continue;
        }
        overridden[k] = true;
        epochs = over.epochs.as_ref().or(epochs);
        if let Some(given) = tables.overrides.get(k) {
            lay(&given.settings, &mut table);
        }
    }
    let mut settings = placed(&table)?;
    if let Some(Many(operators)) = &spec.grid.operators {
        settings.analysis.operators = operators.clone();
    }
    if let Some(Many(splits)) = &spec.grid.splits {
        settings.analysis.splits = splits.clone();
    }
    if let Some(Many(epochs)) = epochs {
        let mut epochs = epochs.clone();
        epochs.sort_unstable();
        epochs.dedup();
        let last = epochs.last().copied().unwrap_or_default();
        settings.train.epochs = last;
        settings.train.checkpoint_epochs = CheckpointEpochs::List(
            epochs
                .iter()
                .copied()
                .filter(|&epoch| epoch != 0 && epoch != last)
                .collect(),
        );
        settings.analysis.epochs = Some(epochs);
    }
    Ok(settings)
}

impl Place<'_> {
    fn set(&self, settings: &mut Settings) {
        settings.dataset = self.dataset.unwrap_or(settings.dataset);
        if let Some(net) = self.net {
            settings.net = net.clone();
        }
        settings.examples_per_class = self.examples_per_class.or(settings.examples_per_class);
        settings.train.learning_rate = self.learning_rate.unwrap_or(settings.train.learning_rate);
        settings.seed = self.seed.unwrap_or(settings.seed);
    }
}

impl Condition {
    /// Whether a run is meant.
    fn holds(&self, settings: &Settings) -> bool {
        fn has<T: PartialEq>(values: &Option<Many<T>>, value: impl Fn(&T) -> bool) -> bool {
            values
                .as_ref()
                .is_none_or(|Many(values)| values.iter().any(value))
        }
        has(&self.dataset, |&dataset| dataset == settings.dataset)
            && has(&self.net, |net| net == settings.net.name())
            && has(&self.examples_per_class, |&size| {
                size == settings.examples_per_class.unwrap_or(PerClass::All)
            })
            && has(&self.learning_rate, |&rate| {
                rate == settings.train.learning_rate
            })
            && has(&self.seed, |&seed| seed == settings.seed)
    }

    fn is_empty(&self) -> bool {
        let Condition {
            dataset,
            net,
            examples_per_class,
            learning_rate,
            seed,
        } = self;
        dataset.is_none()
            && net.is_none()
            && examples_per_class.is_none()
            && learning_rate.is_none()
            && seed.is_none()
    }
}

/// Lays the settings of one table over those of another. The tables of settings are merged, anything else is replaced.
fn lay(over: &toml::Table, under: &mut toml::Table) {
    for (key, value) in over {
        match (value, under.get_mut(key)) {
            (toml::Value::Table(over), Some(toml::Value::Table(under)))
                if ["data", "seeds", "train", "analysis"].contains(&key.as_str()) =>
            {
                under.extend(over.clone());
            }
            _ => {
                under.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The name of a run, from its whole place in the grid, so that a grid that grows keeps the names it had.
fn name(settings: &Settings) -> Result<String, Failure> {
    let rate = match settings.train.learning_rate {
        LearningRate::Fixed(rate) => rate.to_string(),
        LearningRate::Search(grid) if grid == Default::default() => "search".into(),
        LearningRate::Search(grid) => format!("search-{}", short_hash(&grid)?),
    };
    Ok(format!(
        "{}-{}-n{}-seed{}-lr{rate}",
        settings.dataset,
        net_label(&settings.net)?,
        settings.examples_per_class.unwrap_or(PerClass::All),
        settings.seed,
    ))
}

/// A network's name, and a hash of its options where they are not the usual ones.
pub fn net_label(net: &NetConfig) -> Result<String, Failure> {
    let name = net.name();
    Ok(if *net == NetConfig::from_name(name)? {
        name.to_owned()
    } else {
        format!("{name}-{}", short_hash(net)?)
    })
}

fn short_hash<T: Serialize>(value: &T) -> Result<String, Failure> {
    Ok(sha256(toml::to_string(value)?.as_bytes())[..6].to_owned())
}

/// What the types alone do not refuse.
fn check(spec: &SpecFile, tables: &SpecTables) -> Result<(), Failure> {
    let grid = &spec.grid;
    let length = |axis: &Option<usize>, name: &str| match axis {
        Some(0) => Err(Failure::new(format!(
            "{name} is an empty list: give it a value, or leave it out"
        ))),
        _ => Ok(()),
    };
    fn len<T>(axis: &Option<Many<T>>) -> Option<usize> {
        axis.as_ref().map(|Many(values)| values.len())
    }
    let axes = [
        ("dataset", len(&grid.dataset), &["dataset"][..]),
        ("net", len(&grid.net), &["net"]),
        (
            "examples-per-class",
            len(&grid.examples_per_class),
            &["examples-per-class"],
        ),
        (
            "learning-rate",
            len(&grid.learning_rate),
            &["train.learning-rate"],
        ),
        ("seed", len(&grid.seed), &["seed"]),
        (
            "epochs",
            len(&grid.epochs),
            &["train.epochs", "train.checkpoint-epochs", "analysis.epochs"],
        ),
        ("operators", len(&grid.operators), &["analysis.operators"]),
        ("splits", len(&grid.splits), &["analysis.splits"]),
    ];
    for (axis, values, settings) in &axes {
        length(values, &format!("grid.{axis}"))?;
        for key in settings.iter().filter(|_| values.is_some()) {
            if given(&tables.base, key) {
                return Err(twice(axis, &format!("base.{key}")));
            }
            if tables
                .overrides
                .iter()
                .any(|over| given(&over.settings, key))
            {
                return Err(twice(axis, &format!("override.settings.{key}")));
            }
        }
    }
    for (k, over) in spec.overrides.iter().enumerate() {
        length(&len(&over.epochs), "override.epochs")?;
        let settings = tables.overrides.get(k).map(|over| &over.settings);
        if over.epochs.is_some() && grid.epochs.is_none() {
            return Err(Failure::new(
                "override.epochs is given without grid.epochs: give those of the other runs there",
            ));
        }
        if over.epochs.is_none() && settings.is_none_or(toml::Table::is_empty) {
            return Err(Failure::new(format!(
                "number {} of the tables [[override]] changes nothing: give it epochs or settings",
                k + 1
            )));
        }
        if over.condition.is_empty() {
            return Err(Failure::new(format!(
                "number {} of the tables [[override]] is of every run, since its `where` is empty: say of which, or put \
                 its settings into [base]",
                k + 1
            )));
        }
    }
    match spec.exclude.iter().position(Condition::is_empty) {
        Some(k) => Err(Failure::new(format!(
            "number {} of the tables [[exclude]] is of every run, since it is empty: say of which",
            k + 1
        ))),
        None => Ok(()),
    }
}

/// Whether a table gives a setting, by its dotted key.
fn given(table: &toml::Table, key: &str) -> bool {
    match key.split_once('.') {
        Some((section, key)) => table
            .get(section)
            .and_then(toml::Value::as_table)
            .is_some_and(|section| section.contains_key(key)),
        None => table.contains_key(key),
    }
}

fn twice(axis: &str, setting: &str) -> Failure {
    Failure::new(format!(
        "grid.{axis} and {setting} are both given: leave one out"
    ))
}
