//! Where trees may lie and what of them counts.

use crate::files::{Place, greys};
use hesscope_data::{DatasetName, DatasetSpec, load};

#[test]
fn classes_and_files_come_in_the_order_of_their_names() {
    let place = Place::new();
    for (name, grey) in [
        ("train/b/2.png", 4),
        ("train/b/10.png", 3),
        ("train/B/x.png", 1),
        ("train/a/inner/1.png", 2),
        ("val/a/1.PNG", 6),
        ("val/b/1.png", 7),
        ("val/B/1.png", 5),
    ] {
        place.grey(name, grey);
    }
    let data = place.load();
    assert_eq!(data.class_names, ["B", "a", "b"]);
    assert_eq!(data.train.labels(), [0, 1, 2, 2]);
    assert_eq!(greys(&data, &*data.train), [1, 2, 3, 4]);
    assert_eq!(data.test.labels(), [0, 1, 2]);
    assert_eq!(greys(&data, &*data.test), [5, 6, 7]);
    assert_eq!(data.train.shape().to_string(), "3x8x8");
    assert_eq!((data.train.classes(), data.test.classes()), (3, 3));
    assert!(data.notices.is_empty(), "{:?}", data.notices);
}

#[test]
fn other_files_are_left_out_and_counted() {
    let place = Place::two_classes(1, 1);
    for name in [
        "train/ant/.hidden.png",
        "train/ant/notes.txt",
        "train/stray.png",
        "test/bee/Thumbs.db",
    ] {
        place.write(name, b"x");
    }
    let data = place.load();
    assert_eq!((data.train.len(), data.test.len()), (2, 2));
    let notices: Vec<String> = data
        .notices
        .iter()
        .map(|notice| place.relative(notice))
        .collect();
    assert_eq!(
        notices,
        [
            "3 entries of data/train are left out, since they are hidden or no images by their names, the first being stray.png",
            "bee/Thumbs.db in data/test is left out, since it is hidden or no image by its name",
        ]
    );
}

#[test]
fn without_test_images_training_images_are_tested_on() {
    let place = Place::two_classes(3, 0);
    let data = place.load();
    assert_eq!(greys(&data, &*data.test), greys(&data, &*data.train));
    assert_eq!(data.test.labels(), data.train.labels());
    assert_eq!(
        place.relative(&data.notices[0]),
        "data has no folder of test images, so the training images are tested on, and test results say nothing of new images"
    );
}

#[test]
fn a_folder_of_classes_is_a_tree_too() {
    let place = Place::new();
    place.grey("cat/1.png", 1);
    place.grey("dog/1.png", 2);
    let data = place.load();
    assert_eq!(data.class_names, ["cat", "dog"]);
    assert_eq!(greys(&data, &*data.train), [1, 2]);
}

#[test]
fn imagenet_is_found_where_its_archive_has_it_and_its_synsets_have_words() {
    let place = Place::new();
    let inside = "ILSVRC/Data/CLS-LOC";
    for (split, synset) in [
        ("train", "n01"),
        ("train", "n02"),
        ("val", "n01"),
        ("val", "n02"),
    ] {
        place.grey(&format!("{inside}/{split}/{synset}/1.JPEG"), 128);
    }
    // ImageNet's own test images have no classes.
    place.grey(&format!("{inside}/test/1.JPEG"), 128);
    place.write(
        "LOC_synset_mapping.txt",
        b"n01 tench, Tinca tinca\nn02 crane\n",
    );
    let data = load(&DatasetSpec {
        name: DatasetName::IMAGENET,
        image_size: None,
        ..place.spec()
    })
    .unwrap();
    assert_eq!(data.class_names, ["n01 tench", "n02 crane"]);
    assert_eq!(data.train.shape().to_string(), "3x224x224");
    assert_eq!(data.test.len(), 2);
    assert_eq!(data.normalization.mean, [0.485, 0.456, 0.406]);
    assert_eq!(data.normalization.std, [0.229, 0.224, 0.225]);
}

#[test]
fn other_trees_are_measured() {
    let place = Place::new();
    place.grey("train/a/1.png", 0);
    place.grey("train/b/1.png", 255);
    place.grey("test/a/1.png", 100);
    let data = place.load();
    assert_eq!(
        (data.normalization.mean, data.normalization.std),
        (vec![0.5; 3], vec![0.5; 3])
    );
    // Test images lack a class, which is no error.
    assert_eq!(
        place.relative(&data.notices[0]),
        "data/test has no images of b, so results on test images leave it out"
    );
    assert_eq!(data.test.class_counts(), [1, 0]);

    let place = Place::new();
    place.grey("train/a/1.png", 51);
    let data = place.load();
    assert_eq!(
        (data.normalization.mean, data.normalization.std),
        (vec![0.2; 3], vec![1.0; 3])
    );
}

#[cfg(unix)]
#[test]
fn links_lead_to_classes_and_files_but_not_round_in_circles() {
    let place = Place::new();
    place.grey("elsewhere/1.png", 7);
    place.grey("train/a/1.png", 8);
    let root = place.root();
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(root.join(from), root.join(to)).unwrap();
    link("elsewhere", "train/b");
    link("elsewhere/1.png", "train/a/2.png");
    link("train", "train/a/round");
    let data = place.load();
    assert_eq!(data.class_names, ["a", "b"]);
    assert_eq!(greys(&data, &*data.train), [8, 7, 7]);
    assert_eq!(
        place.relative(&data.notices[0]),
        "a/round in data/train is left out, since it is hidden or no image by its name"
    );
}
