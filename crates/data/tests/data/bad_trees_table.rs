//! The rows of `docs/bad-data.md` on trees of image files.

use crate::bad_table::{Row, said};
use hesscope_data::{DatasetName, DatasetSpec};
use image::{ImageFormat, Rgb, RgbImage};
use std::fs;
use std::io::Cursor;
use tempfile::tempdir;

/// An image of 40x40 pixels in that format.
fn picture(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(40, 40, |x, y| Rgb([x as u8 * 6, y as u8 * 6, 90]));
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What is said about a tree of these files.
fn about(files: &[(&str, &[u8])], change: impl Fn(&mut DatasetSpec)) -> String {
    let (dir, cache) = (tempdir().unwrap(), tempdir().unwrap());
    for (file, content) in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let mut spec = DatasetSpec {
        data_dir: Some(dir.path().to_owned()),
        cache_dir: Some(cache.path().to_owned()),
        ..DatasetSpec::new(DatasetName::FOLDER)
    };
    change(&mut spec);
    said(&spec)
}

/// Rows about whole trees, then about single files.
pub fn rows() -> Vec<Row> {
    let (png, jpeg) = (picture(ImageFormat::Png), picture(ImageFormat::Jpeg));
    let plain = |files: &[(&str, &[u8])]| about(files, |_| ());
    let file = |content: &[u8]| {
        plain(&[
            ("train/cat/1.png", &png),
            ("train/cat/2.jpg", content),
            ("train/dog/1.png", &png),
        ])
    };
    let mut wide = png.clone();
    // The width in the header chunk, and no longer its checksum.
    wide[16..20].copy_from_slice(&[0, 1, 0, 0]);
    vec![
        ("no folder", said(&DatasetSpec::new(DatasetName::IMAGENET))),
        ("an empty folder", plain(&[])),
        ("no folder of a class", plain(&[("train/readme.txt", b"x")])),
        (
            "images that are in no folder of a class",
            plain(&[("train/1.png", &png)]),
        ),
        (
            "a class without images",
            plain(&[("train/cat/1.png", &png), ("train/dog/readme.txt", b"x")]),
        ),
        (
            "a class to test on that is not trained",
            plain(&[("train/cat/1.png", &png), ("val/dog/1.png", &png)]),
        ),
        (
            "nothing left to test on",
            about(
                &[("train/cat/1.png", &png), ("train/dog/1.png", &png)],
                |spec| {
                    spec.test_per_class = Some(1.into());
                },
            ),
        ),
        (
            "images of a size that no network has",
            about(&[("train/cat/1.png", &png)], |spec| {
                spec.image_size = Some(2)
            }),
        ),
        ("an empty file", file(b"")),
        ("a file that is no image", file(b"<!DOCTYPE html>")),
        ("a JPEG file that is cut", file(&jpeg[..jpeg.len() * 2 / 3])),
        ("a PNG file that is cut", file(&png[..png.len() * 2 / 3])),
        ("a PNG file with a damaged header", file(&wide)),
        (
            "too many broken files to leave out",
            about(
                &[("train/cat/1.png", &png), ("train/cat/2.png", b"x")],
                |spec| {
                    spec.skip_broken = true;
                    spec.train_per_class = Some(2.into());
                },
            ),
        ),
        (
            "a class of broken files only",
            about(
                &[("train/cat/1.png", &png), ("train/dog/2.png", b"x")],
                |spec| {
                    spec.skip_broken = true;
                },
            ),
        ),
    ]
}
