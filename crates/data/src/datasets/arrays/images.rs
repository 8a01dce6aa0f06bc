//! Images: `images` is `[n, height, width]`, `[n, channels, height, width]` or `[n, height, width, channels]` of `u8`, `f32`
//! or `f64`, with one or three channels; `labels` is `[n]` of any integer type. A byte stands for `byte / 255`, a
//! float for itself, and all are normalized by the mean and deviation of the training images unless the request says
//! otherwise.

use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::{DataError, Fault};
use crate::formats::array::Content;
use crate::memory::assemble::Parts;
use crate::memory::labelled::{Labelled, Pixels};
use crate::spec::DatasetSpec;
use std::path::Path;

/// The data set of the files of both splits.
pub(super) fn load(
    spec: &DatasetSpec,
    defaults: &Defaults,
    train: (&Path, Content),
    test: Option<(&Path, Content)>,
) -> Result<Dataset, DataError> {
    let (train_path, train) = train;
    if let Some((path, test)) = &test
        && describe(&train) != describe(test)
    {
        let (found, expected) = (describe(test), describe(&train));
        let train = train_path.display();
        let problem = format!("holds images of {found} but {train} of {expected}");
        return Err(DataError::unusable(
            path,
            Fault::Inconsistent,
            problem,
            "store both alike",
        ));
    }
    let splits = || {
        [(train_path, &train)]
            .into_iter()
            .chain(test.iter().map(|(path, test)| (*path, test)))
    };
    let largest = splits().flat_map(|(_, content)| &content.labels).max();
    let class_names = match &train.class_names {
        Some(names) => names.clone(),
        None => (0..=largest.copied().unwrap_or(0))
            .map(|label| label.to_string())
            .collect(),
    };
    let classes = class_names.len();
    for (path, Content { labels, .. }) in splits() {
        let beyond = |&label: &u32| label as usize >= classes;
        if let Some(index) = labels.iter().position(beyond) {
            let label = labels[index];
            return Err(DataError::label(path, index, label, classes, "correct it"));
        }
    }
    let parts = Parts {
        train: labelled(train),
        test: test.map(|(_, test)| labelled(test)),
        class_names,
        border: 0,
        notices: Vec::new(),
    };
    parts.select(spec)?.into_dataset(spec, defaults)
}

fn labelled(content: Content) -> Labelled {
    Labelled {
        pixels: content.pixels,
        labels: content.labels,
        shape: content.shape,
    }
}

/// What both files must have in common.
fn describe(content: &Content) -> String {
    let kind = match content.pixels {
        Pixels::Bytes(_) => "bytes",
        Pixels::Floats(_) => "floats",
    };
    format!("{} {kind}", content.shape)
}
