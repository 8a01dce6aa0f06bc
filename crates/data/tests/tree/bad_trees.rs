//! Folders and requests that do not fit, and the one sentence that each gets.

use crate::files::Place;
use hesscope_data::{DatasetName, DatasetSpec, Normalization, load};

#[test]
fn folders_that_hold_no_tree() {
    let place = Place::new();
    assert_eq!(
        place.message(&place.spec()),
        "data_dir data is not a folder: create it or correct the path"
    );
    place.write("readme.txt", b"x");
    let no_tree = "data holds neither a folder train nor one folder of images per class: \
                   set data_dir to the folder that holds train/CLASS/IMAGE";
    assert_eq!(place.message(&place.spec()), no_tree);
    place.grey("n01/1.png", 1);
    let imagenet = DatasetSpec {
        name: DatasetName::IMAGENET,
        ..place.spec()
    };
    assert_eq!(place.message(&imagenet), no_tree);
    assert_eq!(
        load(&DatasetSpec::new(DatasetName::IMAGENET))
            .unwrap_err()
            .to_string(),
        "imagenet is read from files, so set data_dir to the folder holding train/CLASS/IMAGE \
         and, to test on, val/CLASS/IMAGE"
    );
}

#[test]
fn splits_that_are_not_sorted_into_classes() {
    let place = Place::new();
    place.write("train/readme.txt", b"x");
    assert_eq!(
        place.message(&place.spec()),
        "data/train holds no folder of a class: put the images of each class into a folder there"
    );
    place.grey("train/b.png", 1);
    place.grey("train/a.png", 1);
    assert_eq!(
        place.message(&place.spec()),
        "data/train holds images such as a.png directly, so that their classes are not known: \
         sort them into one folder per class"
    );
    let place = Place::two_classes(1, 0);
    place.grey("val/ILSVRC2012_val_00000001.JPEG", 1);
    assert!(
        place
            .message(&place.spec())
            .starts_with("data/val holds images such as ILSVRC2012_val_00000001.JPEG directly")
    );
}

#[test]
fn classes_that_do_not_fit() {
    let place = Place::two_classes(1, 1);
    place.write("train/cow/readme.txt", b"x");
    assert_eq!(
        place.message(&place.spec()),
        "data/train/cow is the folder of a class but holds no JPEG, PNG, BMP, GIF, TIFF or WebP \
         file: remove it or put its images there"
    );
    let place = Place::two_classes(1, 1);
    place.grey("test/cow/1.png", 1);
    assert_eq!(
        place.message(&place.spec()),
        "data/test/cow is a class that data/train does not have: remove it, or add the class to \
         the training images, or set without_test to do without test images"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_unicode() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::two_classes(1, 1);
    let name = std::ffi::OsStr::from_bytes(b"\xff.png");
    std::fs::write(place.root().join("train/ant").join(name), "x").unwrap();
    assert_eq!(
        place.message(&place.spec()),
        "data/train/ant/\u{fffd}.png has a name that is not valid Unicode: rename it"
    );
}

#[test]
fn sizes_and_normalizations_out_of_range() {
    let place = Place::two_classes(1, 1);
    for value in [0, 7, 1025] {
        let spec = DatasetSpec {
            image_size: Some(value),
            ..place.spec()
        };
        assert_eq!(
            place.message(&spec),
            format!(
                "image_size is {value}, but it must be from 8 to 1024: choose a number in that range"
            )
        );
    }
    let spec = DatasetSpec {
        normalization: Some(Normalization {
            mean: vec![0.5],
            std: vec![0.5; 3],
        }),
        ..place.spec()
    };
    assert_eq!(
        place.message(&spec),
        "normalization has 1 mean(s) and 3 std(s) for images of 3 channel(s): give one of each a channel"
    );
}

#[test]
fn subsets_that_cannot_be_drawn() {
    let place = Place::two_classes(3, 0);
    place.grey("train/ant/more.png", 1);
    let with = |train: Option<usize>, test: Option<usize>| DatasetSpec {
        train_per_class: train.map(Into::into),
        test_per_class: test.map(Into::into),
        ..place.spec()
    };
    assert_eq!(
        place.message(&with(Some(4), None)),
        "train_per_class is 4, but class 1 has only 3 examples: ask for at most 3"
    );
    assert_eq!(
        place.message(&with(Some(0), None)),
        "train_per_class is 0, but it must be from 1 to 3: choose a number in that range"
    );
    assert_eq!(
        place.message(&with(Some(2), Some(2))),
        "test_per_class is 2, but data/train has no test images beside it and training leaves 1 of class bee: \
         lower train_per_class, or leave test_per_class out to test on the training images"
    );
    assert_eq!(
        place.message(&with(None, Some(1))),
        "test_per_class is 1, but data/train has no test images beside it and training leaves 0 of class ant: \
         lower train_per_class, or leave test_per_class out to test on the training images"
    );
}
