//! MNIST and FashionMNIST, which share their format and file names.

use crate::data_dir;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::{DataError, Fault};
use crate::formats::idx;
use crate::memory::assemble::Parts;
use crate::memory::labelled::{Labelled, Pixels};
use crate::shape::ImageShape;
use crate::spec::DatasetSpec;
use std::path::{Path, PathBuf};

/// What tells one data set of the family from another.
pub(crate) struct Family {
    /// Where torchvision keeps the files, below its root.
    pub torchvision: &'static str,
    pub class_names: [&'static str; 10],
}

pub(crate) const MNIST: Family = Family {
    torchvision: "MNIST/raw",
    class_names: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
};

pub(crate) const FASHION_MNIST: Family = Family {
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
        self.find(dir).ok_or_else(|| self.missing(dir))
    }

    fn missing(self, dir: &Path) -> DataError {
        let [file, also @ ..] = self.forms();
        DataError::FileMissing {
            dir: dir.to_owned(),
            file,
            also: format!(" (also looked for {})", also.join(", ")),
        }
    }
}

pub(crate) fn load(
    family: &Family,
    spec: &DatasetSpec,
    defaults: &Defaults,
) -> Result<Dataset, DataError> {
    let dir = folder(family, spec)?;
    let classes = family.class_names.len();
    let test = (!spec.without_test).then(|| read_split(&dir, TEST_IMAGES, TEST_LABELS, classes));
    let parts = Parts {
        train: read_split(&dir, TRAIN_IMAGES, TRAIN_LABELS, classes)?,
        test: test.transpose()?,
        class_names: family.class_names.map(String::from).to_vec(),
        border: BORDER,
        notices: Vec::new(),
    };
    parts.select(spec)?.into_dataset(spec, defaults)
}

/// The folder in or below `data_dir` that holds at least one of the files.
fn folder(family: &Family, spec: &DatasetSpec) -> Result<PathBuf, DataError> {
    let dir = data_dir::given(spec, || {
        let [a, b, c, d] = FILES.map(|file| file.forms()[0].clone());
        format!("{a}, {b}, {c} and {d} (plain or .gz)")
    })?;
    let names = [spec.name.as_str(), family.torchvision];
    let holds = |dir: &Path| FILES.iter().any(|file| file.find(dir).is_some());
    let found = |dir: &Path| data_dir::inside(dir, &names).find(|place| holds(place));
    found(dir).ok_or_else(|| {
        let missing = TRAIN_IMAGES.missing(dir);
        data_dir::or_below(dir, &|dir| found(dir).is_some(), missing)
    })
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
    let beyond = |&label: &u8| usize::from(label) >= classes;
    if let Some(index) = labels.iter().position(beyond) {
        let label = labels[index];
        return Err(DataError::label(
            &labels_path,
            index,
            label,
            classes,
            "fetch it again",
        ));
    }
    let images = idx::read_file::<3>(&images_path)?;
    let [count, height, width] = images.dims;
    let inconsistent = |problem, remedy| {
        Err(DataError::unusable(
            &images_path,
            Fault::Inconsistent,
            problem,
            remedy,
        ))
    };
    if (height, width) != (SIDE, SIDE) {
        let problem = format!("holds images of {height}x{width} pixels rather than {SIDE}x{SIDE}");
        return inconsistent(problem, "give the official file");
    }
    if count != labels.len() {
        let (labels_path, labels) = (labels_path.display(), labels.len());
        let problem = format!("holds {count} images but {labels_path} holds {labels} labels");
        return inconsistent(problem, "take both files from one download");
    }
    Ok(Labelled {
        pixels: Pixels::Bytes(images.bytes),
        labels: labels.into_iter().map(u32::from).collect(),
        shape: ImageShape {
            channels: 1,
            height,
            width,
        },
    })
}
