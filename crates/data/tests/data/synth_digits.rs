//! The embedded set: the same everywhere, no image twice, and neither trivial nor hopeless.

use crate::files::in_memory;
use hesscope_data::Images;
use hesscope_data::{Dataset, DatasetName, DatasetSpec, Split, load, synth_digits};
use std::collections::HashSet;

/// Fingerprints of the default set with seed 0.
const TRAIN: &str = "e3a5f99af573885eef299fd0b970b5060ed8e2bef8223b465480b6a52f73955f";
const TEST: &str = "a35c0b333415821a27b557208df85a76125f34c0810bb1aa4316cf9121efbf71";

fn digits(train: usize, test: usize, seed: u64) -> Dataset {
    let spec = DatasetSpec {
        train_per_class: Some(train.into()),
        test_per_class: Some(test.into()),
        seed,
        ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
    };
    load(&spec).unwrap()
}

/// The images as bytes again, to compare them as sets.
fn bytes(data: &Dataset, split: &Split) -> Vec<Vec<u8>> {
    let (mean, std) = (data.normalization.mean[0], data.normalization.std[0]);
    (0..split.len())
        .map(|index| {
            let image = split.image(index).iter();
            image
                .map(|value| ((value * std + mean) * 255.0).round() as u8)
                .collect()
        })
        .collect()
}

#[test]
fn the_default_set_is_pinned() {
    let data = load(&DatasetSpec::new(DatasetName::SYNTH_DIGITS)).unwrap();
    assert_eq!(data.train.shape(), synth_digits::SHAPE);
    assert_eq!(data.train.class_counts(), [136; 10]);
    assert_eq!(data.test.class_counts(), [100; 10]);
    assert_eq!(data.class_names[3], "3");
    assert_eq!(data.train.fingerprint().unwrap(), TRAIN);
    assert_eq!(data.test.fingerprint().unwrap(), TEST);
}

#[test]
fn sizes_nest_and_seeds_differ() {
    let (small, large) = (digits(3, 2, 9), digits(8, 5, 9));
    let prefix = |split, count| in_memory(split).subset(&(0..count).collect::<Vec<_>>());
    let train = in_memory(&small.train);
    assert_eq!(train, prefix(&large.train, 30));
    assert_eq!(in_memory(&small.test), prefix(&large.test, 20));
    assert_ne!(train, in_memory(&digits(3, 2, 10).train));
}

#[test]
fn no_image_occurs_twice() {
    let (one, other) = (digits(100, 100, 0), digits(100, 100, 1));
    let mut all = HashSet::new();
    for data in [&one, &other] {
        for split in [&data.train, &data.test] {
            for image in bytes(data, &in_memory(split)) {
                assert!(all.insert(image));
            }
        }
    }
    assert_eq!(all.len(), 4000);
}

#[test]
fn the_nearest_class_mean_is_often_right_but_far_from_always() {
    let data = digits(136, 100, 0);
    let [train, test] = [&data.train, &data.test].map(in_memory);
    let mut means = vec![vec![0.0f32; synth_digits::SHAPE.len()]; 10];
    for (index, &label) in train.labels().iter().enumerate() {
        for (mean, value) in means[label as usize].iter_mut().zip(train.image(index)) {
            *mean += value / 136.0;
        }
    }
    let distance = |mean: &[f32], image: &[f32]| -> f32 {
        mean.iter().zip(image).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let right = (0..test.len())
        .filter(|&index| {
            let image = test.image(index);
            let nearest = (0..10u32).min_by(|&a, &b| {
                let [a, b] = [a, b].map(|class| distance(&means[class as usize], image));
                a.total_cmp(&b)
            });
            nearest == Some(test.labels()[index])
        })
        .count();
    assert!((500..850).contains(&right), "{right} of 1000");
}

#[test]
fn counts_out_of_range_are_refused() {
    for count in [0, synth_digits::MAX_PER_CLASS + 1, usize::MAX] {
        let mut spec = DatasetSpec::new(DatasetName::SYNTH_DIGITS);
        let expected = |field: &str| {
            format!(
                "{field} is {count}, but it must be from 1 to 100000: choose a number in that range"
            )
        };
        spec.test_per_class = Some(count.into());
        let error = load(&spec).unwrap_err().to_string();
        assert_eq!(error, expected("test_per_class"));
        spec.train_per_class = Some(count.into());
        let error = load(&spec).unwrap_err().to_string();
        assert_eq!(error, expected("train_per_class"));
    }
}
