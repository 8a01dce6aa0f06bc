//! Subsets of classes, wrong labels, augmentation and normalization, through `load`.

use crate::files::{in_memory, write_small_set};
use hesscope_data::{
    Dataset, DatasetName, DatasetSpec, Draw, Normalization, PerClass, load, sequential_batches,
    shuffled_batches,
};
use proptest::prelude::*;
use std::path::Path;
use tempfile::tempdir;

fn digits() -> DatasetSpec {
    DatasetSpec {
        train_per_class: Some(12.into()),
        test_per_class: Some(3.into()),
        ..DatasetSpec::new(DatasetName::SYNTH_DIGITS)
    }
}

fn mnist(dir: &Path) -> DatasetSpec {
    DatasetSpec {
        data_dir: Some(dir.to_owned()),
        ..DatasetSpec::new(DatasetName::MNIST)
    }
}

fn list(classes: &[u32]) -> Option<Vec<String>> {
    Some(classes.iter().map(u32::to_string).collect())
}

fn message(spec: &DatasetSpec) -> String {
    load(spec).unwrap_err().to_string()
}

/// The images of one class, in their order.
fn of_class(data: &Dataset, class: usize) -> Vec<f32> {
    let members = data.train.indices_of_class(class);
    data.train.read(&members).unwrap()
}

#[test]
fn listed_classes_are_relabelled_and_keep_their_examples() {
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    let read = DatasetSpec {
        train_per_class: Some(2.into()),
        seed: 4,
        ..mnist(dir.path())
    };
    for spec in [digits(), read] {
        let all = load(&spec).unwrap();
        for classes in [&[7u32, 2][..], &[2], &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]] {
            let few = DatasetSpec {
                classes: list(classes),
                ..spec.clone()
            };
            let few = load(&few).unwrap();
            assert_eq!(
                (few.train.classes(), few.test.classes()),
                (classes.len(), classes.len())
            );
            assert_eq!(few.train.class_counts()[0], all.train.class_counts()[0]);
            for (label, &class) in classes.iter().enumerate() {
                assert_eq!(few.class_names[label], all.class_names[class as usize]);
                assert_eq!(of_class(&few, label), of_class(&all, class as usize));
            }
            assert_eq!(few.train.labels()[0], 0);
        }
    }
}

#[test]
fn all_examples_of_listed_classes_stay_in_order() {
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    let spec = DatasetSpec {
        classes: list(&[3, 1]),
        train_per_class: Some(PerClass::All),
        ..mnist(dir.path())
    };
    let data = load(&spec).unwrap();
    assert_eq!(data.train.labels(), [1, 0, 1, 0, 1, 0, 1, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn label_noise_has_its_share_nests_and_spares_the_test(
        share in 0.0f64..=1.0,
        more in 0.0f64..=1.0,
        seed in any::<u64>(),
    ) {
        let clean = load(&digits()).unwrap();
        let labels = |label_noise: f64| {
            let noisy = DatasetSpec { label_noise, noise_seed: Some(seed), ..digits() };
            let noisy = load(&noisy).unwrap();
            assert_eq!(noisy.test.labels(), clean.test.labels());
            assert_eq!(noisy.train.read(&[5]).unwrap(), clean.train.read(&[5]).unwrap());
            noisy.train.labels().to_vec()
        };
        let (share, more) = (share.min(more), share.max(more));
        let (less, more) = (labels(share), labels(more));
        prop_assert_eq!(&less, &labels(share));
        let changed = less.iter().zip(clean.train.labels()).filter(|(a, b)| a != b).count();
        prop_assert_eq!(changed, (share * 120.0).round() as usize);
        for ((less, more), clean) in less.iter().zip(&more).zip(clean.train.labels()) {
            prop_assert!(less == clean || less == more);
        }
    }
}

#[test]
fn the_noise_seed_is_the_seed_unless_given() {
    let noisy = |seed, noise_seed| {
        let spec = DatasetSpec {
            label_noise: 0.5,
            seed,
            noise_seed,
            ..digits()
        };
        load(&spec).unwrap().train.labels().to_vec()
    };
    assert_eq!(noisy(3, None), noisy(3, Some(3)));
    assert_eq!(noisy(0, Some(3)), noisy(3, None));
    assert_ne!(noisy(3, None), noisy(4, None));
}

#[test]
fn augmentation_changes_what_training_sees_and_nothing_else() {
    let spec = DatasetSpec {
        augment: true,
        ..digits()
    };
    let (plain, augmented) = (load(&digits()).unwrap(), load(&spec).unwrap());
    assert_eq!(
        plain.train.fingerprint().unwrap(),
        augmented.train.fingerprint().unwrap()
    );
    assert_eq!(in_memory(&plain.train), in_memory(&augmented.train));
    let epoch = |data: &Dataset, seed, epoch| -> Vec<f32> {
        let batches = shuffled_batches(data.train.clone(), 50, seed, epoch);
        let mut images = vec![0.0; 120 * 256];
        for batch in batches.map(Result::unwrap) {
            for (image, &index) in batch.images.chunks(256).zip(&batch.indices) {
                images[index * 256..][..256].copy_from_slice(image);
            }
        }
        images
    };
    assert_eq!(epoch(&plain, 1, 1), in_memory(&plain.train).images());
    let first = epoch(&augmented, 1, 1);
    assert_eq!(first, epoch(&augmented, 1, 1));
    assert_ne!(first, epoch(&augmented, 1, 2));
    assert_ne!(first, epoch(&augmented, 2, 1));
    let whole = in_memory(&plain.train);
    let same = first.chunks(256).zip(whole.images().chunks(256));
    // One crop in 81 is the image itself.
    assert!(same.filter(|(a, b)| a == b).count() < 10);
    // The test split is never changed.
    let draw = Draw { seed: 1, epoch: 1 };
    assert_eq!(
        augmented.test.read_augmented(&[0, 1], draw).unwrap(),
        plain.test.read(&[0, 1]).unwrap()
    );
    assert_eq!(sequential_batches(&*augmented.train, 7).count(), 18);
}

#[test]
fn only_sets_without_a_handedness_are_flipped() {
    // The small set's images are of one grey, so that only where the background shows tells of a crop; two sets
    // over the same files differ just by their flips.
    let dir = tempdir().unwrap();
    write_small_set(dir.path());
    let changed = |name| {
        let spec = DatasetSpec {
            name,
            augment: true,
            normalization: Some(Normalization {
                mean: vec![0.0],
                std: vec![1.0],
            }),
            ..mnist(dir.path())
        };
        let draw = Draw { seed: 0, epoch: 0 };
        let all: Vec<usize> = (1..40).collect();
        load(&spec)
            .unwrap()
            .train
            .read_augmented(&all, draw)
            .unwrap()
    };
    let (mnist, fashion) = (
        changed(DatasetName::MNIST),
        changed(DatasetName::FASHION_MNIST),
    );
    let (mut alike, mut mirrored) = (0, 0);
    for (one, other) in mnist.chunks(32 * 32).zip(fashion.chunks(32 * 32)) {
        let flipped: Vec<f32> = other
            .chunks(32)
            .flat_map(|row| row.iter().rev().copied())
            .collect();
        alike += usize::from(one == other);
        mirrored += usize::from(one == flipped);
        assert!(one == other || one == flipped);
    }
    assert!(alike > 5 && mirrored > 5, "{alike} {mirrored}");
}

#[test]
fn settings_of_other_data_sets_are_refused() {
    let foreign = |change: &dyn Fn(&mut DatasetSpec)| {
        let mut spec = digits();
        change(&mut spec);
        message(&spec)
    };
    for (field, message) in [
        ("coarse_labels", foreign(&|spec| spec.coarse_labels = true)),
        ("image_size", foreign(&|spec| spec.image_size = Some(64))),
        ("skip_broken", foreign(&|spec| spec.skip_broken = true)),
        (
            "cache_dir",
            foreign(&|spec| spec.cache_dir = Some("here".into())),
        ),
    ] {
        assert_eq!(
            message,
            format!("synth-digits has no setting {field}: leave it out")
        );
    }
    assert_eq!(
        foreign(&|spec| spec.train_per_class = Some(PerClass::All)),
        "train_per_class is `all`, but synth-digits can draw any number: give a number"
    );
}

#[test]
fn a_request_with_every_field_survives_json() {
    let spec = DatasetSpec {
        train_per_class: Some(PerClass::All),
        classes: list(&[1, 2]),
        label_noise: 0.25,
        noise_seed: Some(1),
        augment: true,
        coarse_labels: true,
        image_size: Some(64),
        skip_broken: true,
        cache_dir: Some("cache".into()),
        normalization: Some(Normalization {
            mean: vec![0.5],
            std: vec![0.25],
        }),
        ..digits()
    };
    let json = serde_json::to_string(&spec).unwrap();
    assert_eq!(serde_json::from_str::<DatasetSpec>(&json).unwrap(), spec);
    let short: DatasetSpec =
        serde_json::from_str(r#"{"name": "synth-digits", "train_per_class": "paper-2"}"#).unwrap();
    assert_eq!(short.train_per_class, Some(PerClass::Count(13)));
}
