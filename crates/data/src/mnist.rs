//! MNIST and FashionMNIST, which share their format and file names.

use crate::assemble::Parts;
use crate::labelled::{Labelled, Pixels};
use crate::{DataError, Dataset, DatasetName, DatasetSpec, ImageShape, Normalization, idx};
use std::path::{Path, PathBuf};

/// What tells one data set of the family from another.
pub(crate) struct Family {
    name: DatasetName,
    /// Where torchvision keeps the files, below its root.
    torchvision: &'static str,
    class_names: [&'static str; 10],
    mean: f32,
    std: f32,
    /// Whether an image keeps its meaning with left and right exchanged.
    flips: bool,
}

pub(crate) const MNIST: Family = Family {
    name: DatasetName::Mnist,
    torchvision: "MNIST/raw",
    class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    mean: 0.1307,
    std: 0.3081,
    flips: false,
};

pub(crate) const FASHION_MNIST: Family = Family {
    name: DatasetName::FashionMnist,
    torchvision: "FashionMNIST/raw",
    class_names: [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    mean: 0.5,
    std: 0.5,
    flips: true,
};

/// Rows and columns of an image in the files.
const SIDE: usize = 28;
/// Zeros added on every side, to 32 rows and columns.
const BORDER: usize = 2;

/// One of the four files, as in `train-images` and `idx3-ubyte`.
#[derive(Clone, Copy)]
struct FileName(&'static str, &'static str);

const TRAIN_IMAGES: FileName = FileName("train-images", "idx3-ubyte");
const TRAIN_LABELS: FileName = FileName("train-labels", "idx1-ubyte");
const TEST_IMAGES: FileName = FileName("t10k-images", "idx3-ubyte");
const TEST_LABELS: FileName = FileName("t10k-labels", "idx1-ubyte");
const FILES: [FileName; 4] = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];

impl FileName {
    /// The official name, then the other forms in use.
    fn forms(self) -> [String; 4] {
        let Self(stem, kind) = self;
        [
            format!("{stem}-{kind}"),
            format!("{stem}-{kind}.gz"),
            format!("{stem}.{kind}"),
            format!("{stem}.{kind}.gz"),
        ]
    }

    fn find(self, dir: &Path) -> Option<PathBuf> {
        let candidates = self.forms().map(|form| dir.join(form));
        candidates.into_iter().find(|path| path.is_file())
    }

    fn require(self, dir: &Path) -> Result<PathBuf, DataError> {
        self.find(dir).ok_or_else(|| {
            let [file, also @ ..] = self.forms();
            DataError::FileMissing {
                dir: dir.to_owned(),
                file,
                also: also.join(", "),
            }
        })
    }
}

pub(crate) fn load(family: &Family, spec: &DatasetSpec) -> Result<Dataset, DataError> {
    let dir = folder(family, spec)?;
    let classes = family.class_names.len();
    let parts = Parts {
        train: read_split(&dir, TRAIN_IMAGES, TRAIN_LABELS, classes)?,
        test: read_split(&dir, TEST_IMAGES, TEST_LABELS, classes)?,
        class_names: family.class_names.map(String::from).to_vec(),
        normalization: Some(Normalization::grey(family.mean, family.std)),
        border: BORDER,
        flips: family.flips,
        notices: Vec::new(),
    };
    parts.select(spec)?.into_dataset(spec)
}

/// The folder in or below `data_dir` that holds at least one of the files.
fn folder(family: &Family, spec: &DatasetSpec) -> Result<PathBuf, DataError> {
    let Some(dir) = &spec.data_dir else {
        let [a, b, c, d] = FILES.map(|file| file.forms()[0].clone());
        return Err(DataError::DataDirNeeded {
            dataset: family.name.as_str(),
            files: format!("{a}, {b}, {c} and {d} (plain or .gz)"),
        });
    };
    if !dir.is_dir() {
        return Err(DataError::DirectoryMissing { path: dir.clone() });
    }
    let candidates = [
        dir.clone(),
        dir.join(family.name.as_str()),
        dir.join(family.torchvision),
    ];
    let found = candidates
        .into_iter()
        .find(|candidate| FILES.iter().any(|file| file.find(candidate).is_some()));
    Ok(found.unwrap_or_else(|| dir.clone()))
}

fn read_split(
    dir: &Path,
    images: FileName,
    labels: FileName,
    classes: usize,
) -> Result<Labelled, DataError> {
    let images_path = images.require(dir)?;
    let labels_path = labels.require(dir)?;

    let labels = idx::read_file::<1>(&labels_path)?.bytes;
    if let Some(index) = labels
        .iter()
        .position(|&label| usize::from(label) >= classes)
    {
        return Err(DataError::LabelOutOfRange {
            path: labels_path,
            index,
            label: u32::from(labels[index]),
            last: classes - 1,
        });
    }
    let images = idx::read_file::<3>(&images_path)?;
    let [count, height, width] = images.dims;
    if (height, width) != (SIDE, SIDE) {
        return Err(DataError::ImageSize {
            path: images_path,
            height,
            width,
            expected: SIDE,
        });
    }
    if count != labels.len() {
        return Err(DataError::CountMismatch {
            images_path,
            images: count,
            labels_path,
            labels: labels.len(),
        });
    }
    let shape = ImageShape {
        channels: 1,
        height,
        width,
    };
    Ok(Labelled {
        pixels: Pixels::Bytes(images.bytes),
        labels: labels.into_iter().map(u32::from).collect(),
        shape,
    })
}
