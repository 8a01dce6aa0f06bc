//! Real ImageNet images.

use crate::files::{bytes, real_images};
use hesscope_data::{DatasetName, DatasetSpec, load, sequential_batches};

/// Pixels that torchvision gives for the same files after `Resize(256)` and `CenterCrop(224)`; see `reference.py`.
const TORCHVISION: &[u8] = include_bytes!("fixtures/torchvision.bin");

#[test]
fn the_sample_loads_and_agrees_with_torchvision() {
    let Some(dir) = real_images() else { return };
    let cache = tempfile::tempdir().unwrap();
    let spec = DatasetSpec {
        data_dir: Some(dir),
        cache_dir: Some(cache.path().to_owned()),
        ..DatasetSpec::new(DatasetName::IMAGENET)
    };
    let data = load(&spec).unwrap();
    assert_eq!((data.train.len(), data.train.classes()), (102, 102));
    assert_eq!(data.train.class_counts(), [1; 102]);
    assert_eq!(data.train.shape().to_string(), "3x224x224");
    assert_eq!(data.notices.len(), 1, "{:?}", data.notices);

    let pixels = bytes(&data, &*data.train);
    let sampled = pixels.chunks_exact(224 * 224).flat_map(|plane| {
        let rows = (16..224).step_by(32);
        rows.flat_map(move |y| (16..224).step_by(32).map(move |x| plane[y * 224 + x]))
    });
    let differences: Vec<u8> = sampled
        .zip(TORCHVISION)
        .map(|(ours, theirs)| ours.abs_diff(*theirs))
        .collect();
    assert_eq!(differences.len(), TORCHVISION.len());
    let mean = differences.iter().map(|&d| f64::from(d)).sum::<f64>() / differences.len() as f64;
    let most = differences.iter().max();
    println!("against torchvision: largest difference {most:?} grey levels, mean {mean:.3}");
    assert!(most <= Some(&4) && mean < 0.25, "{most:?} {mean}");

    // The cache gives the same, in batches as well.
    let again = load(&spec).unwrap();
    assert_eq!(
        again.train.fingerprint().unwrap(),
        data.train.fingerprint().unwrap()
    );
    let all: Vec<usize> = (0..102).collect();
    let values = data.train.read(&all).unwrap();
    let batches = sequential_batches(&*again.train, 17).map(|batch| batch.unwrap().images);
    assert_eq!(batches.flatten().collect::<Vec<f32>>(), values);
}
