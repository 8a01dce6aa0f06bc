//! CIFAR-10 and CIFAR-100, from the files of the official binary version or straight from its archive.

mod error;
pub(crate) mod names;
pub(crate) mod records;

pub use error::CifarError;

use crate::archive;
use crate::assemble::Parts;
use crate::labelled::{Labelled, Pixels};
use crate::{DataError, Dataset, DatasetName, DatasetSpec, Normalization};
use records::LabelBytes;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What tells one of the two from the other.
pub(crate) struct Family {
    name: DatasetName,
    /// The folder that the archive unpacks to.
    folder: &'static str,
    archive: &'static str,
    train: &'static [&'static str],
    test: &'static str,
    /// How many classes each label byte of a record knows.
    label_bytes: &'static [usize],
    /// For each label byte the file with the names, and the names.
    names: &'static [(&'static str, &'static [&'static str])],
    mean: [f32; 3],
    std: [f32; 3],
}

pub(crate) const CIFAR_10: Family = Family {
    name: DatasetName::Cifar10,
    folder: "cifar-10-batches-bin",
    archive: "cifar-10-binary",
    train: &[
        "data_batch_1.bin",
        "data_batch_2.bin",
        "data_batch_3.bin",
        "data_batch_4.bin",
        "data_batch_5.bin",
    ],
    test: "test_batch.bin",
    label_bytes: &[10],
    names: &[("batches.meta.txt", &names::CIFAR_10)],
    mean: [125.3 / 255.0, 123.0 / 255.0, 113.9 / 255.0],
    std: [63.0 / 255.0, 62.1 / 255.0, 66.7 / 255.0],
};

pub(crate) const CIFAR_100: Family = Family {
    name: DatasetName::Cifar100,
    folder: "cifar-100-binary",
    archive: "cifar-100-binary",
    train: &["train.bin"],
    test: "test.bin",
    label_bytes: &[20, 100],
    names: &[
        ("coarse_label_names.txt", &names::COARSE),
        ("fine_label_names.txt", &names::FINE),
    ],
    mean: [129.3 / 255.0, 124.1 / 255.0, 112.4 / 255.0],
    std: [68.2 / 255.0, 65.4 / 255.0, 70.4 / 255.0],
};

/// The most bytes that are read from one file (256 MiB; CIFAR-100's largest has 147).
const MAX_BYTES: u64 = 1 << 28;

/// The files, out of a folder or an archive.
struct Files {
    /// The folder or the archive.
    place: PathBuf,
    content: BTreeMap<String, Vec<u8>>,
}

pub(crate) fn load(family: &Family, spec: &DatasetSpec) -> Result<Dataset, DataError> {
    let mut files = find(family, spec)?;
    let chosen = match family.label_bytes.len() {
        1 => 0,
        _ => usize::from(!spec.coarse_labels),
    };
    let layout = LabelBytes {
        classes: family.label_bytes,
        chosen,
    };
    let mut notices = Vec::new();
    let (class_names, notice) = files.class_names(family.names[chosen]);
    notices.extend(notice);
    let test = files.images(&[family.test], layout)?;
    let train = files.images(family.train, layout)?;
    if !test.1.is_empty() {
        return Err(files.missing(family.test));
    }
    if train.0.labels.is_empty() {
        return Err(files.missing(family.train[0]));
    }
    if !train.1.is_empty() {
        notices.push(format!(
            "{} of {} training files of {} are missing from {} ({}), so only {} training examples are used",
            train.1.len(),
            family.train.len(),
            family.name,
            files.place.display(),
            train.1.join(", "),
            train.0.labels.len(),
        ));
    }
    let parts = Parts {
        train: train.0,
        test: test.0,
        class_names,
        normalization: Some(Normalization::rgb(family.mean, family.std)),
        border: 0,
        flips: true,
        notices,
    };
    parts.select(spec)?.into_dataset(spec)
}

/// The unpacked files where there are any, else the archive.
fn find(family: &Family, spec: &DatasetSpec) -> Result<Files, DataError> {
    let Some(dir) = &spec.data_dir else {
        return Err(DataError::DataDirNeeded {
            dataset: family.name.as_str(),
            files: format!(
                "{} and {} or {}.tar.gz",
                family.train.join(", "),
                family.test,
                family.archive
            ),
        });
    };
    if !dir.is_dir() {
        return Err(DataError::DirectoryMissing { path: dir.clone() });
    }
    let dirs = [
        dir.clone(),
        dir.join(family.name.as_str()),
        dir.join(family.folder),
    ];
    let wanted = family.wanted();
    let images = || family.train.iter().chain([&family.test]);
    if let Some(place) = dirs
        .iter()
        .find(|dir| images().any(|file| dir.join(file).is_file()))
    {
        return Ok(Files {
            place: place.clone(),
            content: read_folder(place, &wanted)?,
        });
    }
    let mut archives = dirs.iter().flat_map(|dir| {
        [".tar.gz", ".tar"].map(|ending| dir.join(format!("{}{ending}", family.archive)))
    });
    if let Some(place) = archives.find(|path| path.is_file()) {
        let content = archive::read_file(&place, &wanted)?;
        return Ok(Files { place, content });
    }
    Err(CifarError::NothingFound {
        dir: dir.clone(),
        file: family.train[0],
        archive: format!("{}.tar.gz", family.archive),
    }
    .into())
}

impl Family {
    /// Every file that is read.
    pub(crate) fn wanted(&self) -> Vec<&'static str> {
        let names = self.names.iter().map(|(file, _)| *file);
        let images = self.train.iter().copied().chain([self.test]);
        images.chain(names).collect()
    }
}

fn read_folder(dir: &Path, wanted: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, DataError> {
    let mut content = BTreeMap::new();
    for &file in wanted {
        let path = dir.join(file);
        if path.is_file() {
            content.insert(file.to_owned(), read_bounded(path)?);
        }
    }
    Ok(content)
}

fn read_bounded(path: PathBuf) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| {
        // One allocation of the right size; the length read is what counts.
        bytes.reserve_exact(file.metadata()?.len().min(MAX_BYTES) as usize + 1);
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)
    });
    match read {
        Err(source) => Err(DataError::Io { path, source }),
        Ok(length) if length as u64 > MAX_BYTES => {
            let limit = MAX_BYTES;
            Err(CifarError::TooLarge { path, limit }.into())
        }
        Ok(_) => Ok(bytes),
    }
}

impl Files {
    /// The examples of those of the files that are there, and the names of the others.
    fn images(
        &mut self,
        files: &[&'static str],
        layout: LabelBytes,
    ) -> Result<(Labelled, Vec<&'static str>), DataError> {
        let (mut pixels, mut labels, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for &file in files {
            match self.content.remove(file) {
                Some(content) => {
                    let path = self.place.join(file);
                    records::append(&content, layout, &path, &mut pixels, &mut labels)?;
                }
                None => missing.push(file),
            }
        }
        let images = Labelled {
            pixels: Pixels::Bytes(pixels),
            labels,
            shape: records::SHAPE,
        };
        Ok((images, missing))
    }

    /// The names in the file if they make sense, else the official ones and, if there is a file, a notice.
    fn class_names(&self, (file, official): (&str, &[&str])) -> (Vec<String>, Option<String>) {
        let own = || official.iter().map(|&name| name.into()).collect();
        match self.content.get(file) {
            None => (own(), None),
            Some(content) => match names::parse(content, official.len()) {
                Some(names) => (names, None),
                None => (
                    own(),
                    Some(format!(
                        "{} does not hold {} different names, so the official names of the classes are used",
                        self.place.join(file).display(),
                        official.len()
                    )),
                ),
            },
        }
    }

    fn missing(&self, file: &'static str) -> DataError {
        let place = self.place.clone();
        CifarError::FileMissing { file, place }.into()
    }
}
