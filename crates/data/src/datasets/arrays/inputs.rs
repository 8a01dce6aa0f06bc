//! Inputs of any shape: `inputs` is `[n, …]` of floats or integers, taken as they are; `labels` is `[n]`, or `[n, m]` where
//! an input has m rows of logits, as a sequence of m tokens has. A row of a negative label does not count.

use crate::dataset::Dataset;
use crate::error::{DataError, Fault};
use crate::formats::inputs::Inputs;
use crate::images::IGNORED;
use crate::memory::inputs::MemoryInputs;
use crate::memory::labelled::gather;
use crate::normalization::Normalization;
use crate::per_class::PerClass;
use crate::selection::{classes, subset};
use crate::setting_error::SettingError;
use crate::spec::DatasetSpec;
use std::path::Path;
use std::sync::Arc;

/// The data set of the files of both splits; the training inputs are tested on where there is no other.
pub(super) fn load(
    spec: &DatasetSpec,
    train: (&Path, Inputs),
    test: Option<(&Path, Inputs)>,
) -> Result<Dataset, DataError> {
    for (field, given) in [
        ("augment", spec.augment),
        ("label_noise", spec.label_noise > 0.0),
        ("normalization", spec.normalization.is_some()),
    ] {
        if given {
            return Err(SettingError::NotOfInputs { field }.into());
        }
    }
    let (train_path, train) = train;
    if let Some((path, test)) = &test
        && (&test.extents, test.integers, test.rows) != (&train.extents, train.integers, train.rows)
    {
        let problem = format!(
            "holds inputs of another shape or type than {}",
            train_path.display()
        );
        return Err(DataError::unusable(
            path,
            Fault::Inconsistent,
            problem,
            "store both alike",
        ));
    }
    let mut notices = Vec::new();
    let test_path = test.as_ref().map_or(train_path, |(path, _)| path);
    let test = match test {
        Some((_, test)) => test,
        None if spec.test_per_class.is_some() => return Err(SettingError::NothingToTest.into()),
        None => {
            notices.push(
                "test inputs are done without, so the training inputs are tested on, and test results say nothing of new inputs".into(),
            );
            train.clone()
        }
    };
    let count = match &train.class_names {
        Some(names) => names.len(),
        None => most_classes([&train, &test]),
    };
    let names = train
        .class_names
        .clone()
        .unwrap_or_else(|| (0..count).map(|label| label.to_string()).collect());
    for (path, inputs) in [(train_path, &train), (test_path, &test)] {
        let beyond = |&label: &u32| label != IGNORED && label as usize >= count;
        if let Some(place) = inputs.labels.iter().position(beyond) {
            let (index, label) = (place / inputs.rows, inputs.labels[place]);
            return Err(DataError::label(path, index, label, count, "correct it"));
        }
    }
    let listed = classes::listed(spec.classes.as_deref(), &names)?;
    let train = select(
        train,
        spec,
        count,
        &listed,
        spec.train_per_class,
        "train_per_class",
    )?;
    let test = select(
        test,
        spec,
        count,
        &listed,
        spec.test_per_class,
        "test_per_class",
    )?;
    let class_names = classes::names_of(&listed, &names);
    // Of a sequence's tokens most are missing from most data.
    if train.rows == 1 {
        for (split, inputs) in [("training", &train), ("test", &test)] {
            let labels: Vec<u32> = inputs
                .labels
                .iter()
                .copied()
                .filter(|&label| label != IGNORED)
                .collect();
            notices.extend(classes::empty_notice(&labels, &class_names, split));
        }
    }
    let split = |inputs| Arc::new(MemoryInputs::new(inputs, class_names.len()));
    Ok(Dataset {
        name: spec.name,
        train: split(train),
        test: split(test),
        normalization: Normalization::none(1),
        class_names,
        notices,
    })
}

/// The classes up to the largest label, one at least.
fn most_classes<const N: usize>(splits: [&Inputs; N]) -> usize {
    let labels = splits.iter().flat_map(|inputs| &inputs.labels);
    let largest = labels.filter(|&&label| label != IGNORED).max();
    largest.map_or(1, |&label| label as usize + 1)
}

/// The inputs of the listed classes that the request draws. Those that have more rows than one are of no class.
fn select(
    mut inputs: Inputs,
    spec: &DatasetSpec,
    count: usize,
    listed: &[u32],
    per_class: Option<PerClass>,
    field: &'static str,
) -> Result<Inputs, DataError> {
    let per_class = per_class.and_then(PerClass::count);
    if per_class.is_none() && spec.classes.is_none() {
        return Ok(inputs);
    }
    if inputs.rows > 1 || inputs.labels.contains(&IGNORED) {
        let field = if per_class.is_some() {
            field
        } else {
            "classes"
        };
        return Err(SettingError::NoClassOfInput { field }.into());
    }
    let chosen = subset::select(&inputs.labels, count, listed, per_class, spec.seed, field)?;
    let new = classes::new_labels(listed, count);
    inputs.values = gather(&inputs.values, inputs.extents.iter().product(), &chosen);
    inputs.labels = chosen
        .iter()
        .map(|&index| new[inputs.labels[index] as usize].unwrap_or_default())
        .collect();
    Ok(inputs)
}
