//! CIFAR-10 and CIFAR-100 from files of the test, and the real CIFAR-10 where it is at hand.

use crate::build::{cifar, cifar_10, odd_tar, tar};
use crate::files::{gzip, in_memory, shared};
use hesscope_data::{DatasetName, DatasetSpec, ImageShape, load};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn spec(name: DatasetName, dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.to_owned()),
        ..DatasetSpec::new(name)
    }
}

const SHAPE: ImageShape = ImageShape {
    channels: 3,
    height: 32,
    width: 32,
};

#[test]
fn planes_labels_and_names_come_out_in_order() {
    let dir = tempdir().unwrap();
    let mut first = cifar_10(12);
    // The last pixel of the first image's green plane.
    first[1 + 2 * 1024 - 1] = 255;
    for batch in 1..=5 {
        let path = dir.path().join(format!("data_batch_{batch}.bin"));
        fs::write(
            path,
            if batch == 1 {
                &first[..]
            } else {
                &first[..3073]
            },
        )
        .unwrap();
    }
    fs::write(dir.path().join("test_batch.bin"), cifar_10(20)).unwrap();
    let data = load(&spec(DatasetName::CIFAR_10, dir.path())).unwrap();
    assert!(data.notices.is_empty(), "{:?}", data.notices);
    assert_eq!((data.train.len(), data.test.len()), (16, 20));
    assert_eq!((data.train.shape(), data.train.classes()), (SHAPE, 10));
    assert_eq!(data.train.labels()[8..], [8, 9, 0, 1, 0, 0, 0, 0]);
    assert_eq!((data.class_names.len(), &*data.class_names[3]), (10, "cat"));
    let image = data.train.read(&[0]).unwrap();
    let expected = |byte: f32, mean: f32, std: f32| (byte - mean) / std;
    for (place, byte, mean, std) in [
        (0, 0.0, 125.3, 63.0),
        (1024, 0.0, 123.0, 62.1),
        (2047, 255.0, 123.0, 62.1),
        (2048, 0.0, 113.9, 66.7),
    ] {
        let difference = image[place] - expected(byte, mean, std);
        assert!(difference.abs() < 1e-6, "{place}");
    }
}

#[test]
fn missing_training_batches_are_named() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("data_batch_2.bin"), cifar_10(10)).unwrap();
    fs::write(dir.path().join("test_batch.bin"), cifar_10(10)).unwrap();
    fs::write(dir.path().join("batches.meta.txt"), "a\nb\n").unwrap();
    let data = load(&spec(DatasetName::CIFAR_10, dir.path())).unwrap();
    let place = dir.path().display();
    assert_eq!(
        data.notices,
        [
            format!(
                "{place}/batches.meta.txt does not hold 10 different names, so the official names of the \
                 classes are used"
            ),
            format!(
                "4 of 5 training files of cifar-10 are missing from {place} (data_batch_1.bin, \
                 data_batch_3.bin, data_batch_4.bin, data_batch_5.bin), so only 10 training examples are used"
            ),
        ]
    );
    assert_eq!(data.class_names[9], "truck");
}

#[test]
fn fine_and_coarse_labels() {
    let dir = tempdir().unwrap();
    let dir = dir.path();
    fs::create_dir(dir.join("cifar-100-binary")).unwrap();
    let files = dir.join("cifar-100-binary");
    fs::write(
        files.join("train.bin"),
        cifar(&[&[4, 0], &[19, 99], &[0, 30]]),
    )
    .unwrap();
    fs::write(files.join("test.bin"), cifar(&[&[14, 11]])).unwrap();
    let mut spec = spec(DatasetName::CIFAR_100, dir);
    let data = load(&spec).unwrap();
    assert_eq!(
        (data.train.labels(), data.train.classes()),
        (&[0, 99, 30][..], 100)
    );
    assert_eq!(data.class_names[30], "dolphin");
    spec.coarse_labels = true;
    let data = load(&spec).unwrap();
    assert_eq!(
        (data.train.labels(), data.train.classes()),
        (&[4, 19, 0][..], 20)
    );
    assert_eq!(data.test.labels(), [14]);
    assert_eq!(data.class_names[14], "people");
    assert_eq!(data.train.read(&[2]).unwrap().len(), 3072);
}

#[test]
fn archives_are_read_as_they_are() {
    let (train, test) = (cifar_10(10), cifar_10(20));
    let names: String = (0..10).map(|class| format!("class {class}\n")).collect();
    let files: [(&str, &[u8]); 5] = [
        ("cifar-10-batches-bin/readme.html", b"<html>"),
        ("cifar-10-batches-bin/data_batch_1.bin", &train),
        ("cifar-10-batches-bin/data_batch_5.bin", &test),
        ("./cifar-10-batches-bin/test_batch.bin", &test),
        ("cifar-10-batches-bin/batches.meta.txt", names.as_bytes()),
    ];
    let folder = odd_tar("cifar-10-batches-bin/", tar::EntryType::Directory);
    // A folder's header without the end of its archive, and then the rest.
    let whole = [&folder[..512], &tar(&files)].concat();
    for (ending, content) in [
        (".tar", whole.clone()),
        (".tar.gz", gzip(&whole)),
        (".tar.gz", whole.clone()),
    ] {
        let dir = tempdir().unwrap();
        let path = dir.path().join(format!("cifar-10-binary{ending}"));
        fs::write(&path, content).unwrap();
        let data = load(&spec(DatasetName::CIFAR_10, dir.path())).unwrap();
        assert_eq!(data.train.len(), 30);
        assert_eq!(data.test.labels()[..3], [0, 1, 2]);
        assert_eq!(data.class_names[3], "class 3");
        assert_eq!(data.notices.len(), 1);
        assert!(data.notices[0].contains("data_batch_2.bin, data_batch_3.bin, data_batch_4.bin)"));
        // Nothing is unpacked.
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}

#[test]
fn the_real_one() {
    let Some(dir) = shared("datasets/cifar-10") else {
        return;
    };
    let data = load(&spec(DatasetName::CIFAR_10, &dir)).unwrap();
    assert_eq!(data.train.class_counts(), [1000; 10]);
    assert_eq!(data.test.class_counts(), [200; 10]);
    assert_eq!(data.notices.len(), 1);
    // A fifth of the official images, re-encoded, has almost the official statistics.
    let train = in_memory(&data.train);
    for channel in 0..3 {
        let planes = train.images().chunks(1024).skip(channel).step_by(3);
        let values = planes.flatten().map(|&value| f64::from(value));
        let count = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / count;
        let std = (values.map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
        assert!(
            mean.abs() < 0.02 && (std - 1.0).abs() < 0.02,
            "{mean} {std}"
        );
    }
    let subset = DatasetSpec {
        train_per_class: Some("paper-3".parse().unwrap()),
        classes: Some(["dog", "cat"].map(String::from).to_vec()),
        ..spec(DatasetName::CIFAR_10, &dir)
    };
    let subset = load(&subset).unwrap();
    assert_eq!(subset.train.class_counts(), [19, 19]);
    assert_eq!(subset.test.class_counts(), [200, 200]);
    assert_eq!(subset.class_names, ["dog", "cat"]);
}
