//! Where files may lie, what they may be called, and what becomes of their bytes.

use crate::files::{gzip, in_memory, write_small_set};
use hesscope_data::{Dataset, DatasetName, DatasetSpec, ImageShape, Normalization, Split, load};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn spec(name: DatasetName, dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.to_owned()),
        ..DatasetSpec::new(name)
    }
}

/// Everything that loading gives, to compare.
fn content(data: &Dataset) -> (DatasetName, [Split; 2], Vec<String>, Normalization) {
    (
        data.name,
        [&data.train, &data.test].map(in_memory),
        data.class_names.clone(),
        data.normalization.clone(),
    )
}

#[test]
fn pads_and_normalises_each_set_in_its_own_way() {
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    let sets = [
        (DatasetName::MNIST, 0.1307, 0.3081, "7"),
        (DatasetName::FASHION_MNIST, 0.5, 0.5, "Sneaker"),
    ];
    for (name, mean, std, seventh) in sets {
        let data = load(&spec(name, dir.path())).unwrap();
        let expected = Normalization {
            mean: vec![mean],
            std: vec![std],
        };
        assert_eq!(data.normalization, expected);
        assert_eq!(data.class_names[7], seventh);
        assert_eq!((data.train.len(), data.test.len()), (40, 20));
        let shape = ImageShape {
            channels: 1,
            height: 32,
            width: 32,
        };
        assert_eq!((data.train.shape(), data.test.shape()), (shape, shape));
        assert_eq!(
            data.train.labels()[..12],
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
        );
        let [train, test] = [&data.train, &data.test].map(in_memory);
        for (grey, image) in [(3u8, train.image(3)), (19, test.image(19))] {
            for (place, value) in image.iter().enumerate() {
                let inside = (2..30).contains(&(place / 32)) && (2..30).contains(&(place % 32));
                let byte = if inside { f32::from(grey) } else { 0.0 };
                let expected = (byte / 255.0 - mean) / std;
                assert!(
                    (value - expected).abs() < 1e-6,
                    "{place}: {value} {expected}"
                );
            }
        }
    }
}

#[test]
fn every_file_name_and_folder_gives_the_same_content() {
    let plain = tempdir().unwrap();
    write_small_set(plain.path());
    let expected = load(&spec(DatasetName::FASHION_MNIST, plain.path())).unwrap();

    for below in ["", "fashion-mnist", "FashionMNIST/raw"] {
        for (joint, ending, compressed) in [
            ("-idx", "", false),
            (".idx", "", false),
            ("-idx", ".gz", true),
            (".idx", ".gz", true),
            // Some downloads are unpacked on the way and keep their name, or the other way round.
            ("-idx", ".gz", false),
            ("-idx", "", true),
        ] {
            let root = tempdir().unwrap();
            let dir = root.path().join(below);
            fs::create_dir_all(&dir).unwrap();
            for entry in fs::read_dir(plain.path()).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                let name = name.replace("-idx", joint) + ending;
                let content = fs::read(entry.path()).unwrap();
                let content = if compressed { gzip(&content) } else { content };
                fs::write(dir.join(name), content).unwrap();
            }
            let data = load(&spec(DatasetName::FASHION_MNIST, root.path())).unwrap();
            assert_eq!(
                content(&data),
                content(&expected),
                "{below:?} {joint} {ending} {compressed}"
            );
        }
    }
}

#[test]
fn subsets_are_drawn_from_the_files() {
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    let all = load(&spec(DatasetName::MNIST, dir.path())).unwrap();
    let some = DatasetSpec {
        train_per_class: Some(3.into()),
        test_per_class: Some(1.into()),
        seed: 5,
        ..spec(DatasetName::MNIST, dir.path())
    };
    let data = load(&some).unwrap();
    let balanced = |split, count| in_memory(split).balanced(count, 5).unwrap();
    assert_eq!(in_memory(&data.train), balanced(&all.train, 3));
    assert_eq!(in_memory(&data.test), balanced(&all.test, 1));
    assert_eq!(data.train.class_counts(), [3; 10]);
    let other = load(&DatasetSpec { seed: 6, ..some }).unwrap();
    assert_ne!(in_memory(&data.train), in_memory(&other.train));
}

#[test]
fn a_request_survives_json_and_fills_in_its_defaults() {
    let spec: DatasetSpec = serde_json::from_str(r#"{"name": "mnist"}"#).unwrap();
    assert_eq!(spec, DatasetSpec::new(DatasetName::MNIST));
    let full = DatasetSpec {
        data_dir: Some("somewhere".into()),
        train_per_class: Some(136.into()),
        test_per_class: None,
        seed: u64::MAX,
        ..spec
    };
    let json = serde_json::to_string(&full).unwrap();
    assert_eq!(serde_json::from_str::<DatasetSpec>(&json).unwrap(), full);
    let error = serde_json::from_str::<DatasetSpec>(r#"{"name": "mnist", "sed": 1}"#).unwrap_err();
    assert!(error.to_string().contains("unknown field `sed`"), "{error}");
}
