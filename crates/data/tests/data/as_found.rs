//! Files in memory as users have them: labels from 1, one folder too high, no test images.

use crate::build::{Tensor, cifar_10, safetensors};
use crate::files::write_small_set;
use hesscope_data::{DatasetName, DatasetSpec, load};
use safetensors::Dtype;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn arrays(labels: &[u8]) -> Vec<u8> {
    let pixels: Vec<u8> = (0..labels.len() * 4).map(|value| value as u8).collect();
    let (images, count) = ([labels.len(), 2, 2], [labels.len()]);
    let tensors: [Tensor<'_>; 2] = [
        ("images", Dtype::U8, &images, &pixels),
        ("labels", Dtype::U8, &count, labels),
    ];
    safetensors(&tensors, None)
}

fn spec(name: DatasetName, dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.to_owned()),
        ..DatasetSpec::new(name)
    }
}

#[test]
fn classes_without_examples_are_noted() {
    for (train, test, expected) in [
        (&[0, 1, 2][..], &[0, 1, 2][..], &[][..]),
        (
            &[1, 2, 3],
            &[1, 2, 3],
            &[
                "class 0 has no training examples, but all 4 are counted as classes: number the classes from 0, or list in classes those that have",
                "class 0 has no test examples, but all 4 are counted as classes: number the classes from 0, or list in classes those that have",
            ],
        ),
        (
            &[0, 3, 3],
            &[0, 1, 3],
            &[
                "2 classes, the first being 1, have no training examples, but all 4 are counted as classes: list in classes those that have",
                "class 2 has no test examples, but all 4 are counted as classes: list in classes those that have",
            ],
        ),
    ] {
        let dir = tempdir().unwrap();
        fs::write(dir.path().join("train.safetensors"), arrays(train)).unwrap();
        fs::write(dir.path().join("test.safetensors"), arrays(test)).unwrap();
        let data = load(&spec(DatasetName::ARRAYS, dir.path())).unwrap();
        assert_eq!(data.notices, expected);
        // What the notice says helps.
        let mut having: Vec<u8> = train.iter().chain(test).copied().collect();
        having.sort_unstable();
        having.dedup();
        having.retain(|label| train.contains(label) && test.contains(label));
        let data = load(&DatasetSpec {
            classes: Some(having.iter().map(u8::to_string).collect()),
            ..spec(DatasetName::ARRAYS, dir.path())
        })
        .unwrap();
        assert_eq!(data.notices, [""; 0]);
    }
}

#[test]
fn one_level_too_high_is_said() {
    let above = tempdir().unwrap();
    let dir = above.path().join("archive/inner");
    fs::create_dir_all(&dir).unwrap();
    let said = |name| {
        let message = load(&spec(name, above.path())).unwrap_err().to_string();
        message.replace(&above.path().display().to_string(), "DIR")
    };
    let expected = "DIR does not hold the data set itself, but DIR/archive/inner looks like it: set data_dir to DIR/archive/inner";
    let expected = expected.replace('/', std::path::MAIN_SEPARATOR_STR);
    write_small_set(&dir);
    assert_eq!(said(DatasetName::MNIST), expected);
    fs::write(dir.join("data_batch_1.bin"), cifar_10(10)).unwrap();
    assert_eq!(said(DatasetName::CIFAR_10), expected);
    fs::write(dir.join("train.safetensors"), arrays(&[0, 1])).unwrap();
    assert_eq!(said(DatasetName::ARRAYS), expected);
}

#[test]
fn training_goes_on_without_test_images() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("train.safetensors"), arrays(&[0, 1, 1])).unwrap();
    fs::write(dir.path().join("data_batch_1.bin"), cifar_10(20)).unwrap();
    write_small_set(dir.path());
    for name in ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
        fs::remove_file(dir.path().join(name)).unwrap();
    }
    for name in [
        DatasetName::ARRAYS,
        DatasetName::CIFAR_10,
        DatasetName::MNIST,
    ] {
        let with = spec(name, dir.path());
        load(&with).unwrap_err();
        let without = DatasetSpec {
            without_test: true,
            label_noise: 1.0,
            ..with
        };
        let data = load(&without).unwrap();
        let all: Vec<usize> = (0..data.train.len()).collect();
        assert_eq!(
            data.test.read(&all).unwrap(),
            data.train.read(&all).unwrap()
        );
        // Wrong labels are for training alone.
        assert_ne!(data.test.labels(), data.train.labels());
        assert!(
            data.notices
                .iter()
                .any(|notice| notice.starts_with("test images are done without")),
            "{:?}",
            data.notices
        );
        let error = load(&DatasetSpec {
            test_per_class: Some(1.into()),
            ..without
        });
        assert_eq!(
            error.unwrap_err().to_string(),
            "test_per_class is set, but without_test has the training images tested on: leave one of them out"
        );
    }
    let drawn = DatasetSpec {
        without_test: true,
        ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
    };
    assert_eq!(
        load(&drawn).unwrap_err().to_string(),
        "synth-digits has no setting without_test: leave it out"
    );
}
