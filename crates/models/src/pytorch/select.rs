//! Which tensor of a file is which of the network's.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    element::Element,
    error::{ImportError, Names},
    source::{Entry, Source},
};
use crate::{
    networks::{NetConfig, Network},
    state::state_shapes,
};

/// Entries of a saved dictionary that hold weights and not a part of the network.
const WRAPPERS: [&str; 6] = [
    "state_dict",
    "model_state_dict",
    "model",
    "net",
    "network",
    "weights",
];

/// Segments that `DataParallel` and `torch.compile` put into names.
const INSERTED: [&str; 2] = ["module", "_orig_mod"];

/// Last segments of names that are no weight's: counters of BatchNorm and of `thop`, and what a module adds of its own.
const COUNTERS: [&str; 4] = [
    "num_batches_tracked",
    "total_ops",
    "total_params",
    "_extra_state",
];

/// A tensor of the network.
pub(super) struct Wanted {
    /// Path in the network.
    pub(super) path: String,
    /// Shape in PyTorch's layout.
    pub(super) shape: Vec<usize>,
}

/// The tensors of a network in visiting order.
pub(super) fn wanted(net: &Network) -> Vec<Wanted> {
    let tensors = state_shapes(net).into_iter();
    tensors
        .map(|(path, mut shape)| {
            // Matrices are linear weights, whose two layouts are each other's transposes.
            if shape.len() == 2 {
                shape.reverse();
            }
            Wanted { path, shape }
        })
        .collect()
}

/// For each of `wanted` its entry in the file, all of a fitting shape and a float type.
///
/// Tensors that the network lacks are an error unless `allow_extra` is set.
pub(super) fn choose(
    path: &Path,
    config: &NetConfig,
    wanted: &[Wanted],
    source: &Source,
    allow_extra: bool,
) -> Result<Vec<Entry>, ImportError> {
    let found = plain_names(path, source)?;
    let (keys, prefix) = best_fit(config, wanted, &found);
    let missing: Vec<String> = keys
        .iter()
        .filter(|key| !found.contains_key(*key))
        .cloned()
        .collect();
    let known: BTreeSet<&String> = keys.iter().collect();
    let unexpected: Vec<String> = found
        .iter()
        .filter(|(name, entry)| {
            let plain = !matches!(entry.element, Element::Object(_));
            plain && name.starts_with(&prefix) && !known.contains(name)
        })
        .map(|(name, _)| name.clone())
        .collect();
    let net = config.name();
    if !missing.is_empty() {
        return Err(ImportError::Missing {
            path: path.to_path_buf(),
            net,
            missing: Names(missing),
            unexpected: Names(unexpected),
        });
    }
    if !unexpected.is_empty() && !allow_extra {
        return Err(ImportError::Unexpected {
            path: path.to_path_buf(),
            net,
            unexpected: Names(unexpected),
        });
    }
    let entries = keys.iter().filter_map(|key| found.get(key).copied());
    let entries: Vec<Entry> = entries.cloned().collect();
    for (target, entry) in wanted.iter().zip(&entries) {
        check(path, target, entry)?;
    }
    Ok(entries)
}

/// The file's tensors by their names without what wrappers put into them, counters left out.
fn plain_names<'a>(
    path: &Path,
    source: &'a Source,
) -> Result<BTreeMap<String, &'a Entry>, ImportError> {
    let mut found = BTreeMap::new();
    for entry in source.entries() {
        let segments = entry.key.split('.');
        if segments
            .clone()
            .next_back()
            .is_some_and(|last| COUNTERS.contains(&last))
        {
            continue;
        }
        let kept: Vec<&str> = segments.filter(|s| !INSERTED.contains(s)).collect();
        let twice = found.insert(kept.join("."), entry);
        if let Some(twice) = twice {
            return Err(ImportError::Twice {
                path: path.to_path_buf(),
                first: twice.key.clone(),
                second: entry.key.clone(),
            });
        }
    }
    Ok(found)
}

/// The keys of `wanted` in the naming and below the prefix under which the file has most of them; the first of equals.
fn best_fit(
    config: &NetConfig,
    wanted: &[Wanted],
    found: &BTreeMap<String, &Entry>,
) -> (Vec<String>, String) {
    let mut best: Option<(usize, Vec<String>, String)> = None;
    for prefix in prefixes(found) {
        for key in config.pytorch_names() {
            let name = |target: &Wanted| format!("{prefix}{}", key(&target.path));
            let keys: Vec<String> = wanted.iter().map(name).collect();
            let fitting = keys.iter().filter(|key| found.contains_key(*key)).count();
            if best.as_ref().is_none_or(|(most, ..)| fitting > *most) {
                best = Some((fitting, keys, prefix.clone()));
            }
        }
    }
    // The empty prefix is always among them, so there is a best.
    best.map(|(_, keys, prefix)| (keys, prefix))
        .unwrap_or_default()
}

/// All chains of wrappers that names of the file begin with, each with its dots, shortest first.
fn prefixes(found: &BTreeMap<String, &Entry>) -> Vec<String> {
    let mut all = BTreeSet::from([(0, String::new())]);
    for name in found.keys() {
        let mut prefix = String::new();
        for (depth, segment) in name.split('.').enumerate() {
            if !WRAPPERS.contains(&segment) {
                break;
            }
            prefix.push_str(segment);
            prefix.push('.');
            all.insert((depth + 1, prefix.clone()));
        }
    }
    all.into_iter().map(|(_, prefix)| prefix).collect()
}

fn check(path: &Path, target: &Wanted, entry: &Entry) -> Result<(), ImportError> {
    match &entry.element {
        Element::Float(_) => {}
        Element::Other(found) => {
            return Err(ImportError::Element {
                path: path.to_path_buf(),
                key: entry.key.clone(),
                found: found.clone(),
            });
        }
        Element::Object(object) => {
            return Err(ImportError::Object {
                path: path.to_path_buf(),
                key: entry.key.clone(),
                object: object.clone(),
            });
        }
    }
    if entry.shape != target.shape {
        return Err(ImportError::Shape {
            path: path.to_path_buf(),
            key: entry.key.clone(),
            found: entry.shape.clone(),
            wanted: target.shape.clone(),
            cause: cause(target, &entry.shape),
        });
    }
    Ok(())
}

/// What most likely differs between the network asked for and the file's.
fn cause(target: &Wanted, found: &[usize]) -> String {
    let wanted = &target.shape;
    match (found, &wanted[..]) {
        ([], _) | (_, []) => {}
        ([classes, ..], [asked, ..]) if target.path.starts_with("head.") && classes != asked => {
            return format!("it was made for {classes} classes and not {asked}");
        }
        ([outputs, channels, _, _], [asked, inputs, _, _])
            if outputs == asked && channels != inputs && is_first(&target.path) =>
        {
            return format!(
                "it was made for {channels}-channel images and not {inputs}-channel ones"
            );
        }
        ([outputs, _], [asked, _]) if outputs == asked => {
            return "it was made for images of another size or with another width".to_owned();
        }
        _ => {}
    }
    "it was made with other options of the network".to_owned()
}

/// Whether a tensor is the first convolution's, which takes the images themselves.
fn is_first(path: &str) -> bool {
    path.starts_with("stem.") || path.starts_with("blocks.0.conv.")
}
