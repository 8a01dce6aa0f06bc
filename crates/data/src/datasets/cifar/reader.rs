//! The files, found and read.

use super::names;
use super::records::{self, LabelBytes};
use crate::data_dir;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::{DataError, Fault};
use crate::formats::{archive, read_bounded};
use crate::memory::assemble::Parts;
use crate::memory::labelled::{Labelled, Pixels};
use crate::spec::DatasetSpec;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What tells one of the two from the other.
pub(crate) struct Family {
    /// The folder that the archive unpacks to.
    pub folder: &'static str,
    pub archive: &'static str,
    pub train: &'static [&'static str],
    pub test: &'static str,
    /// How many classes each label byte of a record knows.
    pub label_bytes: &'static [usize],
    /// For each label byte the file with the names, and what the official one holds.
    pub names: &'static [(&'static str, &'static str)],
}

pub(crate) const CIFAR_10: Family = Family {
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
    names: &[("batches.meta.txt", names::CIFAR_10)],
};

pub(crate) const CIFAR_100: Family = Family {
    folder: "cifar-100-binary",
    archive: "cifar-100-binary",
    train: &["train.bin"],
    test: "test.bin",
    label_bytes: &[20, 100],
    names: &[
        ("coarse_label_names.txt", names::COARSE),
        ("fine_label_names.txt", names::FINE),
    ],
};

/// The most bytes that are read from one file (256 MiB; CIFAR-100's largest has 147).
const MAX_BYTES: u64 = 1 << 28;

/// The files, out of a folder or an archive.
struct Files {
    /// The folder or the archive.
    place: PathBuf,
    content: BTreeMap<String, Vec<u8>>,
}

pub(crate) fn load(
    family: &Family,
    spec: &DatasetSpec,
    defaults: &Defaults,
) -> Result<Dataset, DataError> {
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
    let test = if spec.without_test {
        None
    } else {
        let (images, missing) = files.images(&[family.test], layout)?;
        if !missing.is_empty() {
            return Err(files.missing(family.test));
        }
        Some(images)
    };
    let (train, missing) = files.images(family.train, layout)?;
    if train.labels.is_empty() {
        return Err(files.missing(family.train[0]));
    }
    if !missing.is_empty() {
        notices.push(format!(
            "{} of {} training files of {} are missing from {} ({}), so only {} training examples are used",
            missing.len(),
            family.train.len(),
            spec.name,
            files.place.display(),
            missing.join(", "),
            train.labels.len(),
        ));
    }
    let parts = Parts {
        train,
        test,
        class_names,
        border: 0,
        notices,
    };
    parts.select(spec)?.into_dataset(spec, defaults)
}

/// The unpacked files where there are any, else the archive.
fn find(family: &Family, spec: &DatasetSpec) -> Result<Files, DataError> {
    let dir = data_dir::given(spec, || {
        let (train, test) = (family.train.join(", "), family.test);
        format!("{train} and {test} or {}.tar.gz", family.archive)
    })?;
    let names = [spec.name.as_str(), family.folder];
    let unpacked = |dir: &Path| data_dir::inside(dir, &names).find(|place| family.is_in(place));
    let packed =
        |dir: &Path| data_dir::inside(dir, &names).find_map(|place| family.archive_in(&place));
    if let Some(place) = unpacked(dir) {
        let content = read_folder(&place, &family.wanted())?;
        return Ok(Files { place, content });
    }
    if let Some(place) = packed(dir) {
        let content = archive::read_file(&place, &family.wanted())?;
        return Ok(Files { place, content });
    }
    let (file, archive) = (family.train[0], family.archive);
    let problem = format!("holds neither {file} nor the archive {archive}.tar.gz");
    let remedy = "put the official binary version there or correct data_dir";
    let error = DataError::unusable(dir, Fault::Layout, problem, remedy);
    let holds = |dir: &Path| unpacked(dir).is_some() || packed(dir).is_some();
    Err(data_dir::or_below(dir, &holds, error))
}

impl Family {
    /// Whether any of the files with images lies in the folder.
    fn is_in(&self, dir: &Path) -> bool {
        let mut images = self.train.iter().chain([&self.test]);
        images.any(|file| dir.join(file).is_file())
    }

    /// The archive in the folder.
    fn archive_in(&self, dir: &Path) -> Option<PathBuf> {
        let names = [".tar.gz", ".tar"].map(|ending| format!("{}{ending}", self.archive));
        names
            .map(|name| dir.join(name))
            .into_iter()
            .find(|path| path.is_file())
    }

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
            content.insert(
                file.to_owned(),
                read_bounded(&path, MAX_BYTES, "give the official file")?,
            );
        }
    }
    Ok(content)
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
    fn class_names(&self, (file, official): (&str, &str)) -> (Vec<String>, Option<String>) {
        let official: Vec<String> = official.lines().map(String::from).collect();
        let classes = official.len();
        match self
            .content
            .get(file)
            .map(|content| names::parse(content, classes))
        {
            None => (official, None),
            Some(Some(names)) => (names, None),
            Some(None) => {
                let file = self.place.join(file);
                let notice = format!(
                    "{} does not hold {classes} different names, so the official names of the classes are used",
                    file.display()
                );
                (official, Some(notice))
            }
        }
    }

    fn missing(&self, file: &str) -> DataError {
        DataError::FileMissing {
            dir: self.place.clone(),
            file: file.into(),
            also: String::new(),
        }
    }
}
