//! From a decoded image to the square that a network sees.
//!
//! Sizes, offsets and the antialiased bilinear filter are those of torchvision on Pillow images: `Resize` and
//! `CenterCrop` for analysis and testing, `RandomResizedCrop` and `RandomHorizontalFlip` for training.

use super::decode::Rgb;
use crate::images::Draw;
use crate::stream::Stream;
use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{CropBoxError, FilterType, ResizeAlg, ResizeError, ResizeOptions, Resizer};

/// Changes whenever the same file may come to give other bytes, so that what was cached is not taken for it.
pub(crate) const VERSION: u64 = 1;

/// The rows and columns given to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// The shorter side after resizing.
    pub resized: u32,
    /// The side of the square cut out of it.
    pub cropped: u32,
}

impl Sizes {
    /// Squares of `side` pixels from images whose shorter side is 256/224 of that, rounded.
    pub const fn for_side(side: u32) -> Self {
        Self {
            resized: (side * 256 + 112) / 224,
            cropped: side,
        }
    }

    /// The number of bytes of one RGB image.
    pub const fn bytes(self) -> usize {
        3 * self.cropped as usize * self.cropped as usize
    }
}

/// The middle of the resized image, `[3, side, side]`.
///
/// Only what is kept is resized: the box in the source that the crop comes from goes straight to the crop.
pub(crate) fn central(image: &Rgb, sizes: Sizes) -> Result<Vec<u8>, ResizeError> {
    let (width, height) = resized(image.width, image.height, sizes.resized);
    let (left, across) = source_interval(image.width, width, sizes.cropped);
    let (top, down) = source_interval(image.height, height, sizes.cropped);
    let whole = Part {
        left: 0,
        top: 0,
        width: image.width,
        height: image.height,
    };
    let options = bilinear().crop(left, top, across, down);
    to_planes(image, whole, sizes.cropped, &options, false)
}

/// A part of the image chosen at random, resized to the square and mirrored half of the time, `[3, side, side]`.
///
/// `index` is the image's place in its split.
pub(crate) fn random(
    image: &Rgb,
    sizes: Sizes,
    draw: Draw,
    index: usize,
) -> Result<Vec<u8>, ResizeError> {
    let words = [draw.seed, draw.epoch, index as u64];
    let mut stream = Stream::new("random resized crop", &words);
    let part = Part::draw(image.width, image.height, &mut stream);
    let mirrored = stream.chance(0.5);
    // Cut out before resizing, since torchvision's filter does not see beyond the part.
    to_planes(image, part, sizes.cropped, &bilinear(), mirrored)
}

fn bilinear() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
}

/// The sides of an image whose shorter side becomes `shorter`, the longer one rounded down.
fn resized(width: u32, height: u32, shorter: u32) -> (u32, u32) {
    let longer =
        |long: u32, short: u32| (u64::from(shorter) * u64::from(long) / u64::from(short)) as u32;
    if width <= height {
        (shorter, longer(height, width))
    } else {
        (longer(width, height), shorter)
    }
}

/// Where the central `kept` of `resized` pixels begin in `original` pixels, and how far they reach.
fn source_interval(original: u32, resized: u32, kept: u32) -> (f64, f64) {
    let scale = f64::from(original) / f64::from(resized);
    let start = f64::from(margin(resized - kept)) * scale;
    let length = f64::from(kept) * scale;
    (start, length.min(f64::from(original) - start))
}

/// Half of what is cut off, a half rounded to the even number as Python does.
fn margin(cut: u32) -> u32 {
    let half = cut / 2;
    if cut % 2 == 1 { half + half % 2 } else { half }
}

/// Resizes a part of an image to a square and separates the colours.
///
/// By the resizer's types, since its untyped images bring code for every kind of pixel, which takes a minute to compile.
fn to_planes(
    image: &Rgb,
    part: Part,
    side: u32,
    options: &ResizeOptions,
    mirrored: bool,
) -> Result<Vec<u8>, ResizeError> {
    let source = TypedImageRef::<U8x3>::from_buffer(image.width, image.height, &image.pixels)
        .map_err(|_| CropBoxError::SizeIsOutOfImageBoundaries)?;
    let cut = TypedCroppedImage::from_ref(&source, part.left, part.top, part.width, part.height)?;
    let mut square = TypedImage::<U8x3>::new(side, side);
    Resizer::new().resize_typed(&cut, &mut square, options)?;
    let side = side as usize;
    let pixels = square.pixels().iter().map(|pixel| pixel.0);
    let pixels: Vec<u8> = pixels.flatten().collect();
    let mut planes = vec![0; pixels.len()];
    for (colour, plane) in planes.chunks_exact_mut(side * side).enumerate() {
        let rows = plane.chunks_exact_mut(side);
        for (row, from) in rows.zip(pixels.chunks_exact(3 * side)) {
            for (byte, pixel) in row.iter_mut().zip(from.chunks_exact(3)) {
                *byte = pixel[colour];
            }
            if mirrored {
                row.reverse();
            }
        }
    }
    Ok(planes)
}

/// A rectangle of an image, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

/// The share of the image's area that a part has, uniform between these.
const SHARE: (f64, f64) = (0.08, 1.0);
/// The logarithm of 4/3: width to height is from 3/4 to 4/3, uniform in its logarithm.
const LOG_RATIO: f64 = 0.287_682_072_451_780_93;

impl Part {
    /// Ten attempts to find a part that fits, else the middle of the image, as wide as the ratios allow.
    fn draw(width: u32, height: u32, stream: &mut Stream) -> Self {
        let area = f64::from(width) * f64::from(height);
        for _ in 0..10 {
            let share = area * stream.between(SHARE.0, SHARE.1);
            let ratio = exp_of_small(stream.between(-LOG_RATIO, LOG_RATIO));
            let part_width = (share * ratio).sqrt().round();
            let part_height = (share / ratio).sqrt().round();
            let fits = (1.0..=f64::from(width)).contains(&part_width)
                && (1.0..=f64::from(height)).contains(&part_height);
            if fits {
                let (part_width, part_height) = (part_width as u32, part_height as u32);
                return Self {
                    top: stream.below(u64::from(height - part_height) + 1) as u32,
                    left: stream.below(u64::from(width - part_width) + 1) as u32,
                    width: part_width,
                    height: part_height,
                };
            }
        }
        let (wide, tall) = (f64::from(width), f64::from(height));
        let (part_width, part_height) = if wide * 4.0 < tall * 3.0 {
            (wide, (wide * 4.0 / 3.0).round())
        } else if wide * 3.0 > tall * 4.0 {
            ((tall * 4.0 / 3.0).round(), tall)
        } else {
            (wide, tall)
        };
        let (part_width, part_height) = (part_width as u32, part_height as u32);
        Self {
            top: (height - part_height) / 2,
            left: (width - part_width) / 2,
            width: part_width,
            height: part_height,
        }
    }
}

/// The exponential of a number of absolute value below 0.3, by its series.
///
/// The platform's own `exp` may differ in the last bit from one system to another; this one cannot.
fn exp_of_small(x: f64) -> f64 {
    (1..=14)
        .rev()
        .fold(1.0, |sum, k| 1.0 + sum * x / f64::from(k))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_as_torchvision_does() {
        assert_eq!(Sizes::for_side(224).resized, 256);
        assert_eq!(Sizes::for_side(32).resized, 37);
        assert_eq!(resized(500, 375, 256), (341, 256));
        assert_eq!(resized(375, 500, 256), (256, 341));
        assert_eq!(resized(136, 150, 256), (256, 282));
        assert_eq!(resized(1, 100_000, 256), (256, 25_600_000));
        // round(0.5), round(1.5), round(2.5) and round(58.5) of Python.
        assert_eq!([1, 3, 5, 117].map(margin), [0, 2, 2, 58]);
        assert_eq!([0, 2, 32].map(margin), [0, 1, 16]);
    }

    #[test]
    fn the_exponential_is_exact_to_rounding() {
        for step in -30..=30 {
            let x = f64::from(step) / 100.0;
            assert!((exp_of_small(x) / x.exp() - 1.0).abs() < 4e-16, "{x}");
        }
        assert!((exp_of_small(LOG_RATIO) - 4.0 / 3.0).abs() < 4e-16);
    }

    /// A law of parts in the numbers that it promises.
    #[test]
    fn parts_stay_inside_and_follow_their_law() {
        let mut stream = Stream::new("parts", &[]);
        let (mut shares, mut wide) = (0.0, 0);
        for _ in 0..20_000 {
            let part = Part::draw(400, 400, &mut stream);
            assert!(part.left + part.width <= 400 && part.top + part.height <= 400);
            let (width, height) = (f64::from(part.width), f64::from(part.height));
            let (share, ratio) = (width * height / 160_000.0, width / height);
            assert!((0.078..=1.0).contains(&share), "{part:?}");
            assert!((0.74..=1.35).contains(&ratio), "{part:?}");
            shares += share;
            wide += usize::from(width > height);
        }
        // Large parts of uneven sides do not fit and are drawn again, so the mean is below the 0.54 of the law.
        assert!((0.46..0.54).contains(&(shares / 20_000.0)), "{shares}");
        assert!((9_500..10_500).contains(&wide), "{wide}");
    }

    #[test]
    fn images_of_extreme_sides_give_their_middle() {
        let mut stream = Stream::new("parts", &[1]);
        let part = Part::draw(1, 1, &mut stream);
        assert_eq!((part.width, part.height), (1, 1));
        for _ in 0..100 {
            let part = Part::draw(3, 2000, &mut stream);
            assert!(part.width <= 3 && (1..=2000).contains(&part.height));
            let part = Part::draw(2000, 3, &mut stream);
            assert!(part.left + part.width <= 2000 && part.height <= 3);
        }
    }

    #[test]
    fn colours_are_separated_and_rows_mirrored() {
        let image = Rgb {
            width: 2,
            height: 2,
            pixels: vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        };
        let whole = Part {
            left: 0,
            top: 0,
            width: 2,
            height: 2,
        };
        let plain = to_planes(&image, whole, 2, &bilinear(), false).unwrap();
        assert_eq!(plain, [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
        let mirrored = to_planes(&image, whole, 2, &bilinear(), true).unwrap();
        assert_eq!(mirrored, [4, 1, 10, 7, 5, 2, 11, 8, 6, 3, 12, 9]);
    }
}
