//! Every format and kind of pixels, in files named as they please.

use crate::files::{Place, bytes, encoded};
use image::codecs::gif::GifEncoder;
use image::{
    DynamicImage, Frame, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba,
};
use std::io::Cursor;

/// Four flat quarters of 8x8 pixels.
fn quarters(colours: [[u8; 3]; 4]) -> RgbImage {
    RgbImage::from_fn(16, 16, |x, y| {
        Rgb(colours[usize::from(y >= 8) * 2 + usize::from(x >= 8)])
    })
}

const COLOURS: [[u8; 3]; 4] = [[200, 30, 10], [0, 180, 60], [10, 20, 230], [250, 250, 250]];

/// The colours in the middles of the quarters after loading, whatever the size.
fn loaded(name: &str, content: &[u8]) -> [[u8; 3]; 4] {
    let place = Place::new();
    place.write(&format!("train/class/{name}"), content);
    let data = place.load();
    let pixels = bytes(&data, &*data.train);
    [(2, 2), (2, 5), (5, 2), (5, 5)]
        .map(|(y, x)| [0, 1, 2].map(|channel| pixels[channel * 64 + y * 8 + x]))
}

fn assert_close(found: [[u8; 3]; 4], expected: [[u8; 3]; 4], tolerance: u8, what: &str) {
    let pairs = found.as_flattened().iter().zip(expected.as_flattened());
    let worst = pairs.map(|(a, b)| a.abs_diff(*b)).max();
    assert!(
        worst <= Some(tolerance),
        "{what}: {found:?} for {expected:?}"
    );
}

#[test]
fn formats_are_told_by_their_content() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    let image = quarters(COLOURS);
    for (format, tolerance) in [
        (Jpeg, 6),
        (Png, 0),
        (Bmp, 0),
        (Gif, 8),
        (Tiff, 0),
        (WebP, 0),
    ] {
        for name in ["1.jpg", "1.JPEG", "1.png"] {
            let found = loaded(name, &encoded(&image, format));
            assert_close(found, COLOURS, tolerance, &format!("{format:?} as {name}"));
        }
    }
}

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn every_kind_of_pixel_becomes_rgb() {
    let grey = [7, 90, 180, 255];
    let quarter = |x: u32, y: u32| usize::from(y >= 8) * 2 + usize::from(x >= 8);
    let greys = grey.map(|value| [value; 3]);
    let image = GrayImage::from_fn(16, 16, |x, y| Luma([grey[quarter(x, y)]]));
    assert_eq!(loaded("a.png", &png(image)), greys);
    let image = ImageBuffer::from_fn(16, 16, |x, y| LumaA([grey[quarter(x, y)], 9u8]));
    assert_eq!(loaded("a.png", &png(image)), greys);
    let image = ImageBuffer::from_fn(16, 16, |x, y| Luma([u16::from(grey[quarter(x, y)]) * 257]));
    assert_eq!(loaded("a.png", &png(image)), greys);
    let image = ImageBuffer::from_fn(16, 16, |x, y| {
        let [r, g, b] = COLOURS[quarter(x, y)];
        Rgba([r, g, b, 100])
    });
    assert_eq!(loaded("a.png", &png(image)), COLOURS);
    let image = ImageBuffer::from_fn(16, 16, |x, y| {
        Rgb(COLOURS[quarter(x, y)].map(|v| u16::from(v) * 257))
    });
    assert_eq!(loaded("a.png", &png(image)), COLOURS);
}

/// What Pillow makes of them, as `reference.py` prints it.
#[test]
fn cmyk_and_ycck_are_inverted_as_adobe_writes_them() {
    let cmyk = [
        [55, 225, 245],
        [215, 63, 46],
        [101, 97, 93],
        [255, 255, 255],
    ];
    let found = loaded("a.JPEG", include_bytes!("fixtures/cmyk.jpg"));
    assert_close(found, cmyk, 4, "CMYK");
    let ycck = [[36, 255, 28], [86, 0, 79], [0, 48, 0], [0, 134, 0]];
    let found = loaded("a.JPEG", include_bytes!("fixtures/ycck.jpg"));
    assert_close(found, ycck, 4, "YCCK");
}

/// A block of EXIF with nothing but an orientation, behind the start of a JPEG file.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn orientation_is_heeded() {
    let jpeg = encoded(&quarters(COLOURS), ImageFormat::Jpeg);
    let [a, b, c, d] = COLOURS;
    for (orientation, expected) in [
        (1, [a, b, c, d]),
        (2, [b, a, d, c]),
        (3, [d, c, b, a]),
        (4, [c, d, a, b]),
        (5, [a, c, b, d]),
        (6, [c, a, d, b]),
        (7, [d, b, c, a]),
        (8, [b, d, a, c]),
        (0, [a, b, c, d]),
        (99, [a, b, c, d]),
    ] {
        let found = loaded("a.jpg", &with_orientation(&jpeg, orientation));
        assert_close(found, expected, 6, &format!("orientation {orientation}"));
    }
    // A block that leads nowhere is passed over.
    let mut damaged = with_orientation(&jpeg, 3);
    damaged[16..20].fill(0xff);
    assert_close(loaded("a.jpg", &damaged), COLOURS, 6, "damaged EXIF");
}

#[test]
fn of_an_animation_the_first_picture_is_taken() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colours in [COLOURS, [[0; 3]; 4]] {
        let frame = DynamicImage::from(quarters(colours)).into_rgba8();
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    assert_close(loaded("a.gif", &bytes), COLOURS, 8, "GIF");
}

#[test]
fn sides_of_any_proportion_give_the_middle() {
    for (width, height) in [(1, 1), (1, 500), (500, 1), (3, 2), (9, 10), (2000, 7)] {
        let place = Place::new();
        let image = RgbImage::from_pixel(width, height, Rgb([10, 20, 30]));
        place.write("train/a/1.png", &encoded(&image, ImageFormat::Png));
        let data = place.load();
        let pixels = bytes(&data, &*data.train);
        let planes: Vec<&[u8]> = pixels.chunks_exact(64).collect();
        for (plane, expected) in planes.iter().zip([10, 20, 30]) {
            assert!(
                plane.iter().all(|&byte| byte == expected),
                "{width}x{height}"
            );
        }
    }
    // Three vertical stripes: the middle square of a wide image sees the middle one only.
    let image = RgbImage::from_fn(30, 8, |x, _| {
        Rgb([if (10..20).contains(&x) { 255 } else { 0 }; 3])
    });
    let place = Place::new();
    place.write("train/a/1.png", &encoded(&image, ImageFormat::Png));
    let data = place.load();
    let pixels = bytes(&data, &*data.train);
    assert!(pixels.iter().all(|&byte| byte > 240), "{pixels:?}");
}
