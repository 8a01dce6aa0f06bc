//! The user's own examples and labels as arrays: `train` and `test`, each a safetensors or an npz file that holds `images` or
//! `inputs`, and `labels`. The classes run to the largest label of either file, or are those of `class_names` in the
//! metadata of the training file (safetensors only), one name a line.

mod images;
mod inputs;

use crate::data_dir;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::{DataError, Fault};
use crate::formats::stored::Stored;
use crate::formats::{npz, read_bounded, safetensors};
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
    let (test_path, test) = test.unzip();
    let test_path = test_path.as_deref().unwrap_or(&train_path);
    match (train, test) {
        (Stored::Images(train), None) => images::load(spec, defaults, (&train_path, train), None),
        (Stored::Images(train), Some(Stored::Images(test))) => {
            let (train, test) = ((&*train_path, train), (test_path, test));
            images::load(spec, defaults, train, Some(test))
        }
        (Stored::Inputs(train), None) => inputs::load(spec, (&train_path, train), None),
        (Stored::Inputs(train), Some(Stored::Inputs(test))) => {
            inputs::load(spec, (&train_path, train), Some((test_path, test)))
        }
        _ => {
            let problem = format!("holds other arrays than {}", train_path.display());
            let remedy = "store images in both, or inputs in both";
            Err(DataError::unusable(
                test_path,
                Fault::Inconsistent,
                problem,
                remedy,
            ))
        }
    }
}

/// The forms that the file of a split may have, the first that is there counting.
fn forms(dir: &Path, split: &str) -> [PathBuf; 2] {
    ["safetensors", "npz"].map(|ending| dir.join(format!("{split}.{ending}")))
}

fn read(dir: &Path, split: &str) -> Result<(PathBuf, Stored), DataError> {
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
