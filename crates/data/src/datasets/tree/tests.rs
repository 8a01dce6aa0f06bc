//! That it makes no difference where decoded images are kept.

use super::layout::FOLDER;
use super::read::{Keeping, read};
use super::store::Limits;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::DataError;
use crate::name::DatasetName;
use crate::normalization::Normalization;
use crate::spec::DatasetSpec;
use image::{ImageFormat, Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};

const ALL_FIT: Limits = Limits {
    memory: 1 << 20,
    disk: 1 << 20,
};
const NONE_IN_MEMORY: Limits = Limits {
    memory: 0,
    disk: 1 << 20,
};
const NONE_AT_ALL: Limits = Limits { memory: 0, disk: 0 };

fn write(path: &Path, image: u8) {
    let pixels = RgbImage::from_fn(20, 20, |x, y| {
        Rgb([image * 16, (x * 9) as u8, (y * 7) as u8])
    });
    pixels.save_with_format(path, ImageFormat::Png).unwrap();
}

/// Three images of each of two classes, in the folder `data`.
fn tree(dir: &Path) {
    for class in ["a", "b"] {
        let folder = dir.join("data/train").join(class);
        fs::create_dir_all(&folder).unwrap();
        for image in 0..3 {
            write(&folder.join(format!("{image}.png")), image);
        }
    }
}

fn spec(dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.join("data")),
        augment: true,
        image_size: Some(8),
        ..DatasetSpec::new(DatasetName::new("folder"))
    }
}

fn load(
    dir: &Path,
    spec: &DatasetSpec,
    limits: Limits,
    cached: bool,
) -> Result<Dataset, DataError> {
    let cache = dir.join("cache");
    let keeping = Keeping {
        cache_dir: cached.then_some(&*cache),
        limits,
    };
    read(&FOLDER, spec, &Defaults::MEASURED, keeping)
}

fn values(data: &Dataset) -> Vec<f32> {
    data.train.read(&[5, 0, 1, 2, 3, 4, 5]).unwrap()
}

#[test]
fn every_store_gives_the_same() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let load = |limits, cached| load(dir.path(), &spec(dir.path()), limits, cached).unwrap();
    let first = load(ALL_FIT, false);
    // The second time from a cache.
    for (limits, cached) in [
        (NONE_IN_MEMORY, true),
        (NONE_IN_MEMORY, true),
        (ALL_FIT, true),
        (NONE_IN_MEMORY, false),
    ] {
        let other = load(limits, cached);
        assert_eq!(values(&other), values(&first), "{limits:?} {cached}");
        assert_eq!(
            other.train.fingerprint().unwrap(),
            first.train.fingerprint().unwrap()
        );
        let notices = other
            .notices
            .iter()
            .filter(|notice| notice.contains("are decoded anew"));
        assert_eq!(notices.count(), usize::from(!cached), "{:?}", other.notices);
    }
    // Without decoding beforehand names and lengths stand for the content.
    let listed = load(NONE_AT_ALL, true);
    assert_eq!(values(&listed), values(&first));
    let fingerprint = listed.train.fingerprint().unwrap();
    assert_ne!(fingerprint, first.train.fingerprint().unwrap());
    assert_eq!(
        fingerprint,
        load(NONE_AT_ALL, false).train.fingerprint().unwrap()
    );
}

#[test]
fn a_place_that_is_damaged_while_in_use_is_decoded_again() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let loaded = load(dir.path(), &spec(dir.path()), NONE_IN_MEMORY, true).unwrap();
    let good = values(&loaded);
    let files: Vec<PathBuf> = fs::read_dir(dir.path().join("cache"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [file] = &files[..] else {
        panic!("{files:?}")
    };
    // In place, as a failing disk would do it.
    let mut content = fs::read(file).unwrap();
    content[300] ^= 1;
    fs::write(file, content).unwrap();
    assert_eq!(values(&loaded), good);
    // The open file is cut off: as good as gone.
    fs::write(file, b"").unwrap();
    assert_eq!(values(&loaded), good);
}

#[test]
fn a_file_that_changes_while_in_use_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let loaded = load(dir.path(), &spec(dir.path()), NONE_IN_MEMORY, false).unwrap();
    let path = dir.path().join("data/train/b/2.png");
    write(&path, 9);
    let expected = format!(
        "{} has changed since the data set was loaded: start again with files that stay as they are",
        path.display()
    );
    assert_eq!(loaded.train.read(&[5]).unwrap_err().to_string(), expected);
    assert!(loaded.train.read(&[4]).is_ok());
}

/// What is not decoded beforehand is found broken when its turn comes, or at the start if that is wished.
#[test]
fn broken_files_of_a_split_too_large_to_keep() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    fs::write(dir.path().join("data/train/a/1.png"), "rubbish").unwrap();
    let mut spec = spec(dir.path());
    // Given, so that nothing is read to measure it.
    spec.normalization = Some(Normalization {
        mean: vec![0.5; 3],
        std: vec![0.5; 3],
    });
    let loaded = load(dir.path(), &spec, NONE_AT_ALL, false).unwrap();
    assert!(loaded.train.read(&[0, 2]).is_ok());
    let error = loaded.train.read(&[0, 1]).unwrap_err().to_string();
    assert!(error.contains("1.png is not a JPEG"), "{error}");
    spec.skip_broken = true;
    let loaded = load(dir.path(), &spec, NONE_AT_ALL, false).unwrap();
    assert_eq!(loaded.train.labels(), [0, 0, 1, 1, 1]);
    assert!(
        loaded.notices[0].contains("left out"),
        "{:?}",
        loaded.notices
    );
}
