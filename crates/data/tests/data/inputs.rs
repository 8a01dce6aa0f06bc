//! Inputs of any shape as arrays: features, tokens, sequences with a label a position.

use crate::build::{Tensor, npy, npz, safetensors};
use hesscope_data::{Dataset, DatasetName, DatasetSpec, IGNORED, PerClass, load};
use safetensors::Dtype;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

fn bytes_of<T: Copy, const N: usize>(values: &[T], bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| bytes(value)).collect()
}

fn folder(ending: &str, content: &[u8]) -> TempDir {
    let dir = tempdir().unwrap();
    for split in ["train", "test"] {
        fs::write(dir.path().join(format!("{split}.{ending}")), content).unwrap();
    }
    dir
}

fn spec(dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.to_owned()),
        ..DatasetSpec::new(DatasetName::ARRAYS)
    }
}

fn load_from(dir: &Path) -> Dataset {
    load(&spec(dir)).unwrap()
}

#[test]
fn tokens_keep_their_numbers_and_every_position_its_label() {
    let tokens: Vec<i32> = vec![0, 7, 1 << 24, 3, 3, 2];
    let labels: Vec<i64> = vec![1, -100, 4, 0, 2, -1];
    let tensors: [Tensor<'_>; 2] = [
        (
            "inputs",
            Dtype::I32,
            &[2, 3],
            &bytes_of(&tokens, i32::to_le_bytes),
        ),
        (
            "labels",
            Dtype::I64,
            &[2, 3],
            &bytes_of(&labels, i64::to_le_bytes),
        ),
    ];
    let arrays = npz(&[
        (
            "inputs",
            npy(">i4", false, &[2, 3], &bytes_of(&tokens, i32::to_be_bytes)),
        ),
        (
            "labels",
            npy("<i8", false, &[2, 3], &bytes_of(&labels, i64::to_le_bytes)),
        ),
    ]);
    for (ending, content) in [
        ("safetensors", safetensors(&tensors, None)),
        ("npz", arrays),
    ] {
        let dir = folder(ending, &content);
        let Dataset {
            train, class_names, ..
        } = load_from(dir.path());
        assert_eq!((train.len(), train.rows_per_example()), (2, 3));
        assert_eq!(train.extents(), [3]);
        assert!(train.has_integers());
        assert_eq!(train.classes(), 5);
        assert_eq!(class_names, ["0", "1", "2", "3", "4"]);
        assert_eq!(train.labels(), [1, IGNORED, 4, 0, 2, IGNORED]);
        assert_eq!(train.class_counts(), [1, 1, 1, 0, 1]);
        assert_eq!(
            train.read(&[1, 0]).unwrap(),
            [3.0, 3.0, 2.0, 0.0, 7.0, 16_777_216.0]
        );
    }
}

#[test]
fn features_are_taken_as_they_are_and_chosen_by_class() {
    let features: Vec<f64> = (0..12)
        .map(|place| f64::from(place) * 100.0 - 7.5)
        .collect();
    let tensors: [Tensor<'_>; 2] = [
        (
            "inputs",
            Dtype::F64,
            &[4, 3],
            &bytes_of(&features, f64::to_le_bytes),
        ),
        ("labels", Dtype::U8, &[4], &[2, 0, 2, 1]),
    ];
    let dir = folder("safetensors", &safetensors(&tensors, None));
    let all = load_from(dir.path());
    assert!(!all.train.has_integers());
    assert_eq!(all.train.extents(), [3]);
    assert_eq!(all.train.read(&[3]).unwrap(), [892.5, 992.5, 1092.5]);
    let chosen = load(&DatasetSpec {
        classes: Some(vec!["2".into(), "1".into()]),
        train_per_class: Some(PerClass::from(1)),
        ..spec(dir.path())
    })
    .unwrap();
    assert_eq!(chosen.train.labels(), [0, 1]);
    assert_eq!(chosen.test.labels(), [0, 0, 1]);
    assert_eq!(chosen.class_names, ["2", "1"]);
    assert_eq!(chosen.train.read(&[1]).unwrap(), [892.5, 992.5, 1092.5]);
    assert_ne!(
        all.train.fingerprint().unwrap(),
        chosen.train.fingerprint().unwrap()
    );
}

/// The sentence of the error that loading these arrays ends with.
fn refusal(
    inputs: (Dtype, &[usize], &[u8]),
    labels: (Dtype, &[usize], &[u8]),
    with: impl Fn(DatasetSpec) -> DatasetSpec,
) -> String {
    let tensors: [Tensor<'_>; 2] = [
        ("inputs", inputs.0, inputs.1, inputs.2),
        ("labels", labels.0, labels.1, labels.2),
    ];
    let dir = folder("safetensors", &safetensors(&tensors, None));
    load(&with(spec(dir.path()))).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_read_is_one_sentence() {
    let same = |spec| spec;
    let one = 1.0f32.to_le_bytes();
    let nan = f32::NAN.to_le_bytes();
    let large = (1u32 << 25).to_le_bytes();
    let cases = [
        (
            refusal((Dtype::F32, &[1, 1], &nan), (Dtype::U8, &[1], &[0]), same),
            "gives input 0 the value NaN",
        ),
        (
            refusal((Dtype::U32, &[1, 1], &large), (Dtype::U8, &[1], &[0]), same),
            "gives input 0 the integer 33554432",
        ),
        (
            refusal((Dtype::F32, &[1], &one), (Dtype::U8, &[1], &[0]), same),
            "inputs of the shape [1], but inputs are [n, …]",
        ),
        (
            refusal(
                (Dtype::F32, &[1, 1], &one),
                (Dtype::U8, &[2], &[0, 0]),
                same,
            ),
            "labels of the shape [2]",
        ),
        (
            refusal((Dtype::F32, &[1, 1], &one), (Dtype::F32, &[1], &one), same),
            "has labels of type F32",
        ),
        (
            refusal(
                (Dtype::F32, &[1, 1], &one),
                (Dtype::U8, &[1, 2], &[0, 1]),
                |spec| DatasetSpec {
                    train_per_class: Some(PerClass::from(1)),
                    ..spec
                },
            ),
            "train_per_class chooses by class",
        ),
        (
            refusal(
                (Dtype::F32, &[1, 1], &one),
                (Dtype::U8, &[1], &[0]),
                |spec| DatasetSpec {
                    augment: true,
                    ..spec
                },
            ),
            "augment is of images",
        ),
    ];
    for (sentence, part) in cases {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn images_in_one_file_and_inputs_in_the_other_are_refused() {
    let of = |name: &'static str, shape: &'static [usize]| {
        let tensors: [Tensor<'_>; 2] = [
            (name, Dtype::U8, shape, &[1, 2]),
            ("labels", Dtype::U8, &[1], &[0]),
        ];
        safetensors(&tensors, None)
    };
    let dir = tempdir().unwrap();
    fs::write(
        dir.path().join("train.safetensors"),
        of("images", &[1, 1, 2]),
    )
    .unwrap();
    fs::write(dir.path().join("test.safetensors"), of("inputs", &[1, 2])).unwrap();
    let sentence = load(&spec(dir.path())).unwrap_err().to_string();
    assert!(sentence.contains("holds other arrays than"), "{sentence}");
}
