//! Every way in which an image file can be wrong, and the one sentence that each gets.

use crate::files::{Place, encoded};
use image::{ImageFormat, Rgb, RgbImage};

const REMEDY: &str = "fetch it again, or set skip_broken to leave such files out";

/// What loading says of a training image with this content.
fn says(name: &str, content: &[u8]) -> String {
    let place = Place::two_classes(2, 1);
    place.write(&format!("train/bee/{name}"), content);
    let message = place.message(&place.spec());
    message.replace("data/train/bee/", "")
}

/// An image that takes a few hundred bytes in every format.
fn textured(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(40, 40, |x, y| {
        let value = (x * 37 + y * 91 + x * y * 13) as u8;
        Rgb([value, value.wrapping_mul(3), value.wrapping_add(99)])
    });
    encoded(&image, format)
}

#[test]
fn files_that_are_no_images() {
    assert_eq!(
        says("x.jpg", b""),
        format!("x.jpg is an empty file: {REMEDY}")
    );
    let foreign = "is not a JPEG, PNG, BMP, GIF, TIFF or WebP file, since it begins with the bytes";
    let remedy = "replace it, or set skip_broken to leave such files out";
    assert_eq!(
        says("x.jpg", b"<!DOCTYPE html>"),
        format!("x.jpg {foreign} 3c 21 44 4f 43 54 59 50: {remedy}")
    );
    assert_eq!(
        says("x.png", b"\x89P"),
        format!("x.png {foreign} 89 50: {remedy}")
    );
    // Formats that are not read, here a PGM and an ICO.
    assert!(says("x.png", b"P5 1 1 255 a").contains(foreign));
    assert!(says("x.png", &[0, 0, 1, 0, 1, 0, 1, 1]).contains(foreign));
}

#[test]
fn a_jpeg_that_ends_early_is_an_error_and_not_grey_rows() {
    let whole = textured(ImageFormat::Jpeg);
    let cut = "x.jpg ends in the middle of its image, as a broken download does: ";
    for kept in (3..whole.len())
        .step_by(29)
        .chain([whole.len() - 2, whole.len() - 1])
    {
        assert_eq!(
            says("x.jpg", &whole[..kept]),
            format!("{cut}{REMEDY}"),
            "{kept}"
        );
    }
    // As a download leaves it that was given its length beforehand.
    let mut hollow = whole.clone();
    let half = whole.len() / 2;
    hollow[half..].fill(0);
    assert_eq!(says("x.jpg", &hollow), format!("{cut}{REMEDY}"));
}

/// An image of any format that lost its end is refused, or was whole without it.
#[test]
fn images_that_end_early_never_become_other_images() {
    use ImageFormat::{Bmp, Gif, Png, Tiff, WebP};
    for format in [Png, Bmp, Gif, Tiff, WebP] {
        let whole = textured(format);
        let good = {
            let place = Place::new();
            place.write("train/a/1.png", &whole);
            crate::files::bytes(&place.load(), &*place.load().train)
        };
        let mut refused = 0;
        let cuts: Vec<usize> = (8..whole.len()).step_by(whole.len() / 60 + 1).collect();
        for &kept in &cuts {
            let place = Place::new();
            place.write("train/a/1.png", &whole[..kept]);
            match hesscope_data::load(&place.spec()) {
                Ok(data) => assert_eq!(
                    crate::files::bytes(&data, &*data.train),
                    good,
                    "{format:?} of {kept} bytes of {}",
                    whole.len()
                ),
                Err(error) => {
                    let message = place.relative(&error.to_string());
                    assert!(message.starts_with("data/train/a/1.png "), "{message}");
                    assert!(
                        message.ends_with("set skip_broken to leave such files out"),
                        "{message}"
                    );
                    refused += 1;
                }
            }
        }
        assert!(
            refused * 10 >= cuts.len() * 9,
            "{format:?}: {refused} of {}",
            cuts.len()
        );
    }
}

#[test]
fn damage_that_decoders_see() {
    let mut png = textured(ImageFormat::Png);
    let middle = png.len() / 2;
    png[middle] ^= 0x55;
    let message = says("x.png", &png);
    assert!(
        message.starts_with("x.png cannot be decoded ("),
        "{message}"
    );
    assert!(message.ends_with(&format!("): {REMEDY}")), "{message}");
    assert!(!message.contains('\n'), "{message}");

    // A JPEG file of markers only.
    let message = says("x.jpg", &[0xff, 0xd8, 0xff, 0xd9]);
    assert!(
        message.starts_with("x.jpg cannot be decoded ("),
        "{message}"
    );
}

/// A PNG file that announces a size and has next to no data.
fn announced(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&RgbImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 * (sum & 1))
        })
    })
}

#[test]
fn images_that_would_fill_the_memory() {
    assert_eq!(
        says("x.png", &announced(60_000, 50_000)),
        "x.png has 60000x50000 pixels, more than the 134217728 pixels that are read at most: \
         make it smaller, or set skip_broken to leave such files out"
    );
    let message = says("x.png", &announced(0, 5));
    assert!(
        message.starts_with("x.png cannot be decoded ("),
        "{message}"
    );
    let mut jpeg = textured(ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    assert!(says("x.jpg", &jpeg).starts_with("x.jpg has 65535x65535 pixels, more than"));
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    #[cfg(unix)]
    {
        let place = Place::two_classes(1, 1);
        let gone = place.root().join("train/ant/gone.png");
        std::os::unix::fs::symlink(place.root().join("nowhere"), gone).unwrap();
        let message = place.message(&place.spec());
        assert!(
            message.starts_with("data/train/ant/gone.png cannot be read ("),
            "{message}"
        );
        assert!(
            message.ends_with(
                "): check the file, its permissions and where it leads, if it is a link, \
                 or set skip_broken to leave such files out"
            ),
            "{message}"
        );
    }
}

/// Bytes at random places of every format: an error or an image, and never a panic.
#[test]
fn random_damage_does_no_harm() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    let place = Place::new();
    let mut state = 1u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    for format in [Jpeg, Png, Bmp, Gif, Tiff, WebP] {
        let whole = textured(format);
        for file in 0..60 {
            let mut bytes = whole.clone();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                bytes[at] = next(256) as u8;
            }
            place.write(&format!("train/a/{format:?}{file}.png"), &bytes);
        }
    }
    place.grey("train/a/good.png", 1);
    let spec = hesscope_data::DatasetSpec {
        skip_broken: true,
        cache_dir: None,
        ..place.spec()
    };
    let data = hesscope_data::load(&spec).unwrap();
    assert!((1..=361).contains(&data.train.len()));
}
