//! The user's own images and labels as arrays: `train` and `test`, each a safetensors or an npz file.
//!
//! `images` is `[n, height, width]`, `[n, channels, height, width]` or `[n, height, width, channels]` of `u8`, `f32`
//! or `f64`, with one or three channels; `labels` is `[n]` of any integer type. A byte stands for `byte / 255`, a
//! float for itself, and all are normalized by the mean and deviation of the training images unless the request says otherwise. The classes run to the largest label of either file, or are those of `class_names` in the
//! metadata of the training file (safetensors only), one name a line.

use crate::data_dir;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::{DataError, Fault};
use crate::formats::array::Content;
use crate::formats::{npz, read_bounded, safetensors};
use crate::memory::assemble::Parts;
use crate::memory::labelled::{Labelled, Pixels};
use crate::spec::DatasetSpec;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// The most bytes that are read of one file (4 GiB).
const MAX_BYTES: u64 = 1 << 32;

pub(crate) fn load(spec: &DatasetSpec, defaults: &Defaults) -> Result<Dataset, DataError> {
    let dir = data_dir::given(spec, || {
        "train.safetensors or train.npz and test.safetensors or test.npz".into()
    })?;
    let (train_path, train) = read(dir, "train")?;
    let test = (!spec.without_test)
        .then(|| read(dir, "test"))
        .transpose()?;
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
        [(&train_path, &train)]
            .into_iter()
            .chain(test.iter().map(|(path, test)| (path, test)))
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

/// The forms that the file of a split may have, the first that is there counting.
fn forms(dir: &Path, split: &str) -> [PathBuf; 2] {
    ["safetensors", "npz"].map(|ending| dir.join(format!("{split}.{ending}")))
}

fn read(dir: &Path, split: &str) -> Result<(PathBuf, Content), DataError> {
    let [tensors, arrays] = forms(dir, split);
    if tensors.is_file() {
        let bytes = read_bounded(&tensors, MAX_BYTES, "store fewer examples")?;
        let content = safetensors::read(&bytes, &tensors)?;
        return Ok((tensors, content));
    }
    if arrays.is_file() {
        let file = File::open(&arrays).map_err(DataError::io(&arrays))?;
        let content = npz::read(BufReader::new(file), &arrays)?;
        return Ok((arrays, content));
    }
    let problem = format!("holds neither {split}.safetensors nor {split}.npz");
    let remedy = match split {
        "test" => "put one there, correct data_dir, or set without_test to do without test images",
        _ => "put one there or correct data_dir",
    };
    let error = DataError::unusable(dir, Fault::Layout, problem, remedy);
    let holds = |dir: &Path| forms(dir, split).iter().any(|path| path.is_file());
    Err(data_dir::or_below(dir, &holds, error))
}

/// What both files must have in common.
fn describe(content: &Content) -> String {
    let kind = match content.pixels {
        Pixels::Bytes(_) => "bytes",
        Pixels::Floats(_) => "floats",
    };
    format!("{} {kind}", content.shape)
}
