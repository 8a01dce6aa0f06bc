//! Trees as users have them: other spellings, one folder too high, stray files, odd names, test images without classes.

use crate::files::{Place, greys};
use hesscope_data::{DataError, DatasetName, DatasetSpec, Fault, load};
use image::{DynamicImage, ImageBuffer, ImageFormat, Luma};
use std::io::Cursor;

#[test]
fn splits_are_found_by_their_usual_spellings() {
    for (train, test) in [
        ("Training", "Testing"),
        ("Train", "Test"),
        ("TRAIN", "VAL"),
        ("train", "Validation"),
        ("training", "valid"),
        ("training_set", "test_set"),
        ("train-images", "val-images"),
        ("seg_train", "seg_test"),
        ("TrainData", "TestData"),
        ("train2017", "val2017"),
        ("train", "dev"),
    ] {
        let place = Place::new();
        for (split, grey) in [(train, 10), (test, 100)] {
            place.grey(&format!("{split}/cat/1.png"), grey);
            place.grey(&format!("{split}/dog/1.png"), grey + 1);
        }
        let data = place.load();
        assert_eq!(data.class_names, ["cat", "dog"], "{train}, {test}");
        assert_eq!(greys(&data, &*data.train), [10, 11]);
        assert_eq!(greys(&data, &*data.test), [100, 101]);
        assert!(data.notices.is_empty(), "{:?}", data.notices);
    }
}

#[test]
fn test_images_without_training_images_are_no_class() {
    for name in ["Testing", "val", "TEST"] {
        let place = Place::new();
        place.grey(&format!("{name}/cat/1.png"), 1);
        place.grey("other/1.png", 1);
        assert_eq!(
            place.message(&place.spec()),
            format!(
                "data holds a folder {name} but no folder train beside it: \
                 add train/CLASS/IMAGE, or give the folder another name"
            )
        );
    }
}

#[test]
fn names_of_splits_that_are_not_understood_are_no_classes() {
    let remedy = "name the folder of training images train, and that of test images test";
    for (names, problem) in [
        (
            ["test for mike", "train for mike"],
            "holds the folders test for mike, train for mike, which are named like splits and not like classes",
        ),
        (
            ["train_1", "train_2"],
            "holds the folders train_1 and train_2, and either may be the split that is looked for",
        ),
    ] {
        let place = Place::new();
        for name in names {
            place.grey(&format!("{name}/cat/1.png"), 1);
            place.grey(&format!("{name}/dog/1.png"), 1);
        }
        assert_eq!(
            place.message(&place.spec()),
            format!("data {problem}: {remedy}")
        );
    }
    // Classes may have such a word among others.
    let place = Place::new();
    for name in ["bullet train", "car"] {
        place.grey(&format!("{name}/1.png"), 1);
    }
    assert_eq!(place.load().class_names, ["bullet train", "car"]);
}

/// The folder given is above the one that holds the tree.
#[test]
fn one_level_too_high_is_said() {
    for (files, found) in [
        (
            &["dataset/train/cat/1.png", "dataset/test/cat/1.png"][..],
            "dataset",
        ),
        (&["a/dataset/Training/cat/1.png"], "a/dataset"),
        (&["dataset/cat/1.png", "dataset/dog/1.png"], "dataset"),
        (
            &[
                "dataset/train/cat/1.png",
                "dataset/val/cat/1.png",
                "docs/figure.png",
            ],
            "dataset",
        ),
    ] {
        let place = Place::new();
        for name in files {
            place.grey(name, 1);
        }
        assert_eq!(
            place.message(&place.spec()),
            format!(
                "data does not hold the data set itself, but data/{found} looks like it: \
                 set data_dir to data/{found}"
            )
        );
    }
    let place = Place::new();
    place.grey("Imagenet/ILSVRC/Data/CLS-LOC/train/n01/1.JPEG", 1);
    let spec = DatasetSpec {
        name: DatasetName::IMAGENET,
        ..place.spec()
    };
    let message = place.message(&spec);
    assert!(
        message.ends_with("set data_dir to data/Imagenet"),
        "{message}"
    );
    // A class may hold folders where there are others beside it.
    let place = Place::new();
    place.grey("cat/kittens/1.png", 1);
    place.grey("dog/1.png", 2);
    assert_eq!(place.load().class_names, ["cat", "dog"]);
}

/// As the flat `val` of ILSVRC.
#[test]
fn test_images_without_classes_can_be_done_without() {
    let place = Place::two_classes(2, 0);
    place.grey("val/ILSVRC2012_val_00000001.JPEG", 1);
    let spec = place.spec();
    assert_eq!(
        place.message(&spec),
        "data/val holds images such as ILSVRC2012_val_00000001.JPEG directly, so that their classes are not \
         known: sort them into one folder per class, or set without_test to do without test images"
    );
    let without = DatasetSpec {
        without_test: true,
        ..spec
    };
    let data = load(&without).unwrap();
    assert_eq!(greys(&data, &*data.test), greys(&data, &*data.train));
    assert_eq!(
        data.notices,
        [
            "test images are done without, so the training images are tested on, and test results say nothing of new images"
        ]
    );
    // What training leaves over can be tested on.
    let data = load(&DatasetSpec {
        train_per_class: Some(1.into()),
        test_per_class: Some(1.into()),
        ..without
    })
    .unwrap();
    assert_ne!(greys(&data, &*data.test), greys(&data, &*data.train));
}

#[cfg(unix)]
#[test]
fn stray_links_are_left_out_before_they_are_opened() {
    let place = Place::two_classes(2, 1);
    let nowhere = place.root().join("nowhere");
    let link = |name: &str| std::os::unix::fs::symlink(&nowhere, place.root().join(name)).unwrap();
    for name in [
        "train/ant/.#0.png",
        "train/ant/notes.txt",
        "train/.#ant",
        "test/bee/.#b.png",
    ] {
        link(name);
    }
    let data = place.load();
    assert_eq!((data.train.len(), data.test.len()), (4, 2));
    let notices: Vec<String> = data
        .notices
        .iter()
        .map(|text| place.relative(text))
        .collect();
    assert_eq!(
        notices,
        [
            "3 entries of data/train are left out, since they are hidden or no images by their names, the first being .#ant",
            "bee/.#b.png in data/test is left out, since it is hidden or no image by its name",
        ]
    );
}

#[cfg(unix)]
#[test]
fn images_that_cannot_be_opened_are_broken_files() {
    let place = Place::two_classes(2, 1);
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(place.root().join(to), place.root().join(name)).unwrap();
    };
    link("nowhere", "train/ant/gone.png");
    link("train/bee/round.png", "train/bee/round.png");
    let unreadable = load(&place.spec()).unwrap_err();
    assert!(
        matches!(
            unreadable,
            DataError::Unusable {
                fault: Fault::Unreadable,
                ..
            }
        ),
        "{unreadable}"
    );
    let skipping = DatasetSpec {
        skip_broken: true,
        ..place.spec()
    };
    // The second time from the cache.
    for _ in 0..2 {
        let data = load(&skipping).unwrap();
        assert_eq!(greys(&data, &*data.train), [10, 11, 110, 111]);
        assert_eq!(
            place.relative(&data.notices[0]),
            "2 files that cannot be decoded are left out of data/train: ant/gone.png, bee/round.png"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_unicode_are_left_out_or_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Place::two_classes(1, 1);
    let odd = |name: &'static [u8]| place.root().join("train/ant").join(OsStr::from_bytes(name));
    std::fs::write(odd(b"\xff.txt"), "x").unwrap();
    std::fs::write(odd(b".\xff.png"), "x").unwrap();
    std::fs::write(
        place.root().join("train").join(OsStr::from_bytes(b"\xfe")),
        "x",
    )
    .unwrap();
    let data = place.load();
    assert_eq!(data.train.len(), 2);
    assert_eq!(
        place.relative(&data.notices[0]),
        "3 entries of data/train are left out, since they are hidden or no images by their names, the first being \u{fffd}"
    );
    // A folder of any name may hold the tree.
    let root = place.root().with_file_name(OsStr::from_bytes(b"d\xff"));
    std::fs::rename(place.root(), &root).unwrap();
    let spec = DatasetSpec {
        data_dir: Some(root),
        ..place.spec()
    };
    assert_eq!(load(&spec).unwrap().train.len(), 2);
    let gone = DatasetSpec {
        data_dir: Some(place.root().with_file_name(OsStr::from_bytes(b"e\xff"))),
        ..place.spec()
    };
    assert_eq!(
        place.message(&gone),
        "data_dir e\u{fffd} is not a folder: create it or correct the path"
    );
}

/// Of kinds that the decoder does not read, the true reason is said.
#[test]
fn pixels_of_a_kind_that_is_not_read_are_called_so() {
    let grey: ImageBuffer<Luma<f32>, Vec<f32>> = ImageBuffer::from_pixel(8, 8, Luma([0.5]));
    let mut tiff = Cursor::new(Vec::new());
    write_float_tiff(&grey, &mut tiff);
    let place = Place::two_classes(1, 1);
    place.write("train/ant/float.tif", tiff.get_ref());
    let message = place.message(&place.spec());
    assert!(
        message.starts_with("data/train/ant/float.tif is an image of a kind that is not read ("),
        "{message}"
    );
    assert!(
        message.ends_with(
            "): convert it to 8 or 16 bits a channel, as PNG or JPEG, or set skip_broken to leave such files out"
        ),
        "{message}"
    );
    let skipping = DatasetSpec {
        skip_broken: true,
        ..place.spec()
    };
    assert_eq!(load(&skipping).unwrap().train.len(), 2);
    // Floats of three channels are read.
    let colours = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(8, 8, Luma([51])));
    let mut tiff = Cursor::new(Vec::new());
    let floats = DynamicImage::ImageRgb32F(colours.into_rgb32f());
    floats.write_to(&mut tiff, ImageFormat::Tiff).unwrap();
    place.write("train/ant/float.tif", tiff.get_ref());
    assert_eq!(place.load().train.len(), 3);
}

/// A TIFF of one strip of 32-bit floats of one channel, after TIFF 6.0 and its first supplement.
fn write_float_tiff(image: &ImageBuffer<Luma<f32>, Vec<f32>>, to: &mut Cursor<Vec<u8>>) {
    let (width, height) = image.dimensions();
    let pixels: Vec<u8> = image
        .as_raw()
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    // Tag, type (3 is 16 bits, 4 is 32) and value.
    let entries: [(u16, u16, u32); 10] = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 32),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8 + 2 + 10 * 12 + 4),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, pixels.len() as u32),
        (339, 3, 3),
    ];
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(pixels);
    *to = Cursor::new(file);
}
