//! The user's own arrays, in both formats and all layouts.

use crate::build::{Tensor, npy, npz, safetensors};
use hesscope_data::{Dataset, DatasetName, DatasetSpec, ImageShape, Normalization, load};
use safetensors::Dtype;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn load_from(dir: &Path) -> Dataset {
    let spec = DatasetSpec {
        data_dir: Some(dir.to_owned()),
        normalization: Some(Normalization {
            mean: vec![0.0; 3],
            std: vec![1.0; 3],
        }),
        ..DatasetSpec::new(DatasetName::ARRAYS)
    };
    load(&spec).unwrap()
}

const SHAPE: ImageShape = ImageShape {
    channels: 3,
    height: 2,
    width: 4,
};

/// Two images, channels first, and the same with channels last.
fn images() -> [Vec<u8>; 2] {
    let first: Vec<u8> = (0..48).map(|value| value * 5).collect();
    let last = (0..48)
        .map(|place| {
            let (image, pixel, channel) = (place / 24, place % 24 / 3, place % 3);
            first[image * 24 + channel * 8 + pixel]
        })
        .collect();
    [first, last]
}

#[test]
fn every_format_layout_and_type_gives_the_same_images() {
    let [first, last] = images();
    let as_f32 = |values: &[u8]| -> Vec<u8> {
        let values = values.iter().map(|&byte| f32::from(byte) / 255.0);
        values.flat_map(f32::to_le_bytes).collect()
    };
    let as_big_f64 = |values: &[u8]| -> Vec<u8> {
        let values = values.iter().map(|&byte| f64::from(byte) / 255.0);
        values.flat_map(f64::to_be_bytes).collect()
    };
    let as_f64 = |values: &[u8]| -> Vec<u8> {
        let values = values.iter().map(|&byte| f64::from(byte) / 255.0);
        values.flat_map(f64::to_le_bytes).collect()
    };
    let labels_i64: Vec<u8> = [1i64, 0]
        .iter()
        .flat_map(|label| label.to_le_bytes())
        .collect();
    let tensors = |kind, shape: &'static [usize], bytes: &[u8]| {
        let images: Tensor<'_> = ("images", kind, shape, bytes);
        safetensors(&[images, ("labels", Dtype::I64, &[2], &labels_i64)], None)
    };
    let arrays = |kind, shape: &[usize], bytes: &[u8]| {
        let images = npy(kind, false, shape, bytes);
        npz(&[
            ("images", images),
            ("labels", npy(">u2", false, &[2], &[0, 1, 0, 0])),
        ])
    };
    let files = [
        ("safetensors", tensors(Dtype::U8, &[2, 3, 2, 4], &first)),
        ("safetensors", tensors(Dtype::U8, &[2, 2, 4, 3], &last)),
        (
            "safetensors",
            tensors(Dtype::F32, &[2, 3, 2, 4], &as_f32(&first)),
        ),
        (
            "safetensors",
            tensors(Dtype::F64, &[2, 2, 4, 3], &as_f64(&last)),
        ),
        ("npz", arrays("|u1", &[2, 2, 4, 3], &last)),
        ("npz", arrays("<f4", &[2, 3, 2, 4], &as_f32(&first))),
        ("npz", arrays(">f8", &[2, 2, 4, 3], &as_big_f64(&last))),
    ];
    for (number, (ending, content)) in files.iter().enumerate() {
        let dir = tempdir().unwrap();
        for split in ["train", "test"] {
            fs::write(dir.path().join(format!("{split}.{ending}")), content).unwrap();
        }
        let data = load_from(dir.path());
        assert_eq!(data.train.shape(), SHAPE);
        assert_eq!(data.test.labels(), [1, 0]);
        assert_eq!(data.class_names, ["0", "1"]);
        for (value, byte) in data.train.read(&[0, 1]).unwrap().iter().zip(&first) {
            assert!(
                (value - f32::from(*byte) / 255.0).abs() < 1e-6,
                "{number}: {value} {byte}"
            );
        }
    }
}

#[test]
fn names_and_measured_normalization() {
    let dir = tempdir().unwrap();
    let tensors: [Tensor<'_>; 2] = [
        ("images", Dtype::U8, &[2, 1, 2], &[0, 0, 255, 255]),
        ("labels", Dtype::U8, &[2], &[0, 2]),
    ];
    let names = Some("cat\nsmall dog\ncow");
    fs::write(
        dir.path().join("train.safetensors"),
        safetensors(&tensors, names),
    )
    .unwrap();
    fs::write(
        dir.path().join("test.safetensors"),
        safetensors(&tensors, None),
    )
    .unwrap();
    let mut spec = DatasetSpec {
        data_dir: Some(dir.path().to_owned()),
        ..DatasetSpec::new(DatasetName::ARRAYS)
    };
    let data = load(&spec).unwrap();
    assert_eq!(data.class_names, ["cat", "small dog", "cow"]);
    assert_eq!(data.train.class_counts(), [1, 0, 1]);
    let Normalization { mean, std } = &data.normalization;
    assert_eq!((&mean[..], &std[..]), (&[0.5][..], &[0.5][..]));
    assert_eq!(data.train.read(&[1, 0]).unwrap(), [1.0, 1.0, -1.0, -1.0]);
    // Taken as they are, a byte as its share of 255.
    spec.without_normalization = true;
    let data = load(&spec).unwrap();
    assert_eq!(data.train.read(&[1, 0]).unwrap(), [1.0, 1.0, 0.0, 0.0]);
    spec.without_normalization = false;
    // Measured over the chosen images alone; a constant channel is only shifted.
    spec.classes = Some(vec!["cow".into()]);
    let data = load(&spec).unwrap();
    let Normalization { mean, std } = &data.normalization;
    assert_eq!((&mean[..], &std[..]), (&[1.0][..], &[1.0][..]));
    assert_eq!((data.train.labels(), data.train.classes()), (&[0][..], 1));
}
