//! Balanced subsets of trees, which are those of every other data set.

use crate::files::{Place, greys};
use hesscope_data::{DatasetSpec, balanced_subset, load};

#[test]
fn the_subset_is_that_of_balanced_subset() {
    let place = Place::two_classes(20, 10);
    let all = place.load();
    let labels = all.train.labels();
    let every = greys(&all, &*all.train);
    for seed in [0, 7] {
        let spec = DatasetSpec {
            train_per_class: Some(5.into()),
            test_per_class: Some(3.into()),
            seed,
            ..place.spec()
        };
        let data = load(&spec).unwrap();
        let chosen = balanced_subset(labels, 2, 5, seed).unwrap();
        let expected: Vec<u8> = chosen.iter().map(|&index| every[index]).collect();
        assert_eq!(greys(&data, &*data.train), expected);
        assert_eq!(data.train.labels(), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
        assert_eq!(data.test.class_counts(), [3, 3]);
    }
}

#[test]
fn what_training_leaves_over_can_be_tested_on() {
    let place = Place::two_classes(7, 0);
    let spec = DatasetSpec {
        train_per_class: Some(4.into()),
        test_per_class: Some(3.into()),
        ..place.spec()
    };
    let data = load(&spec).unwrap();
    assert_eq!(data.test.labels(), [0, 1, 0, 1, 0, 1]);
    let mut seen = [greys(&data, &*data.train), greys(&data, &*data.test)].concat();
    seen.sort_unstable();
    let expected: Vec<u8> = (10..17).chain(110..117).collect();
    assert_eq!(seen, expected);
    assert_eq!(
        place.relative(&data.notices[0]),
        "data has no folder of test images, so 3 of each class that training leaves over are tested on"
    );
    // The training images do not depend on how many are tested on.
    let fewer = load(&DatasetSpec {
        test_per_class: Some(1.into()),
        ..spec
    })
    .unwrap();
    assert_eq!(greys(&fewer, &*fewer.train), greys(&data, &*data.train));
}

#[test]
fn listed_classes_keep_their_examples_and_get_new_labels() {
    let place = Place::two_classes(6, 2);
    place.write("classes.txt", b"ant worker, small\n");
    for split in ["train", "test"] {
        for image in 0..6 {
            place.grey(&format!("{split}/cow/{image}.png"), 210 + image);
        }
    }
    let of = |classes: Option<Vec<String>>, per_class: Option<usize>| {
        load(&DatasetSpec {
            train_per_class: per_class.map(Into::into),
            classes,
            ..place.spec()
        })
        .unwrap()
    };
    let list = |names: &[&str]| {
        Some(
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>(),
        )
    };
    let every = of(None, Some(3));
    let some = of(list(&["cow", "ant"]), Some(3));
    assert_eq!(every.class_names, ["ant worker", "bee", "cow"]);
    assert_eq!(some.class_names, ["cow", "ant worker"]);
    assert_eq!(some.train.labels(), [0, 1, 0, 1, 0, 1]);
    assert_eq!(some.test.class_counts(), [6, 2]);
    let (all, found) = (greys(&every, &*every.train), greys(&some, &*some.train));
    for rank in 0..3 {
        assert_eq!(found[2 * rank], all[3 * rank + 2]);
        assert_eq!(found[2 * rank + 1], all[3 * rank]);
    }
    // By label and by full name too; without a number in the files' order.
    let files = of(list(&["2", "ant worker"]), None);
    assert_eq!(files.train.labels(), [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(greys(&files, &*files.train)[..2], [10, 11]);
}

#[test]
fn wrong_labels_are_in_training_only_even_where_the_images_are_the_same() {
    let place = Place::two_classes(10, 0);
    let clean = place.load();
    let noisy = load(&DatasetSpec {
        label_noise: 0.3,
        ..place.spec()
    })
    .unwrap();
    let pairs = noisy.train.labels().iter().zip(clean.train.labels());
    assert_eq!(pairs.filter(|(a, b)| a != b).count(), 6);
    assert_eq!(noisy.test.labels(), clean.test.labels());
    assert_eq!(greys(&noisy, &*noisy.train), greys(&clean, &*clean.train));
    assert_ne!(
        noisy.train.fingerprint().unwrap(),
        clean.train.fingerprint().unwrap()
    );
}
