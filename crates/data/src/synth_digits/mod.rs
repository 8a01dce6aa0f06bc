//! `synth-digits`: the digits 0 to 9, drawn by the program, so that it needs no download.
//!
//! Each image is 1x16x16. It starts from one of a few styles of its digit (strokes
//! through a handful of points), moves the points, applies a random affine map, and draws the strokes with
//! a random thickness, brightness, background, noise and, now and then, clutter.
//!
//! An image is a pure function of `(seed, train or test, class, place)`: it does not depend on how
//! many images are drawn, and a smaller set is a prefix of a larger. Drawing uses only operations
//! that IEEE 754 rounds exactly and ends in bytes, so every platform gets the same bits.

mod geometry;
mod glyphs;
mod picture;
mod recipe;

use crate::bytes::ByteImages;
use crate::{DataError, Dataset, DatasetName, DatasetSpec, ImageShape, Normalization};

/// Rows and columns of an image.
const SIDE: usize = 16;

/// The shape of one image: 1x16x16.
pub const SHAPE: ImageShape = ImageShape {
    channels: 1,
    height: SIDE,
    width: SIDE,
};

/// Training images of each class unless the request says otherwise.
pub const TRAIN_PER_CLASS: usize = 136;

/// Test images of each class unless the request says otherwise.
pub const TEST_PER_CLASS: usize = 100;

/// The most images of each class that are drawn (1 GB of values).
pub const MAX_PER_CLASS: usize = 100_000;

/// The mean of `byte / 255` over 1,000 training images a class of seed 0, rounded.
const MEAN: f32 = 0.1693;
/// The standard deviation of `byte / 255` over the same images, rounded.
const STD: f32 = 0.2208;

/// Which of the two splits; their images come from different streams.
#[derive(Clone, Copy)]
enum Part {
    Train = 0,
    Test = 1,
}

pub(crate) fn load(spec: &DatasetSpec) -> Result<Dataset, DataError> {
    let normalization = Normalization::grey(MEAN, STD);
    let split = |part, per_class, field| {
        let images = draw(spec.seed, part, per_class, field)?;
        let all: Vec<usize> = (0..images.labels.len()).collect();
        Ok::<_, DataError>(images.normalised(&all, 0, &normalization))
    };
    let train = spec.train_per_class.unwrap_or(TRAIN_PER_CLASS);
    let train = split(Part::Train, train, "train_per_class")?;
    let test = spec.test_per_class.unwrap_or(TEST_PER_CLASS);
    let test = split(Part::Test, test, "test_per_class")?;
    Ok(Dataset::new(
        DatasetName::SynthDigits,
        train,
        test,
        normalization,
    ))
}

/// `per_class` images of every digit: the first of each, then the second of each, and so on.
fn draw(
    seed: u64,
    part: Part,
    per_class: usize,
    field: &'static str,
) -> Result<ByteImages, DataError> {
    if !(1..=MAX_PER_CLASS).contains(&per_class) {
        return Err(DataError::PerClassRange {
            field,
            value: per_class,
            limit: MAX_PER_CLASS,
        });
    }
    let classes = glyphs::DIGITS.len();
    let mut pixels = Vec::with_capacity(per_class * classes * SHAPE.len());
    let mut labels = Vec::with_capacity(per_class * classes);
    for place in 0..per_class as u64 {
        for (label, styles) in (0..).zip(&glyphs::DIGITS) {
            let name = [seed, part as u64, u64::from(label), place];
            pixels.extend_from_slice(&recipe::draw_digit(styles, &name));
            labels.push(label);
        }
    }
    Ok(ByteImages {
        pixels,
        labels,
        shape: SHAPE,
        classes,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn normalisation_constants_are_the_measured_ones() {
        let images = draw(0, Part::Train, 1000, "").unwrap();
        let count = images.pixels.len() as f64;
        let values = || images.pixels.iter().map(|&byte| f64::from(byte) / 255.0);
        let mean = values().sum::<f64>() / count;
        let std = (values().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
        assert!((mean - f64::from(MEAN)).abs() < 1e-4, "mean {mean}");
        assert!((std - f64::from(STD)).abs() < 1e-4, "std {std}");
    }
}
