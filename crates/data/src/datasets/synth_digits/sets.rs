//! The two splits.

use super::glyphs;
use super::recipe;
use super::shape::SHAPE;
use crate::dataset::Dataset;
use crate::defaults::Defaults;
use crate::error::DataError;
use crate::memory::assemble::Parts;
use crate::memory::labelled::{Labelled, Pixels};
use crate::per_class::PerClass;
use crate::selection::classes;
use crate::setting_error::SettingError;
use crate::spec::DatasetSpec;

/// Training images of each class unless the request says otherwise.
pub const TRAIN_PER_CLASS: usize = 136;

/// Test images of each class unless the request says otherwise.
pub const TEST_PER_CLASS: usize = 100;

/// The most images of each class that are drawn (1 GB of values).
pub const MAX_PER_CLASS: usize = 100_000;

/// Mean and standard deviation of `byte / 255` over 1,000 training images a class of seed 0, rounded.
pub(crate) const MEAN: f32 = 0.1693;
pub(crate) const STD: f32 = 0.2208;

/// Which of the two splits; their images come from different streams.
#[derive(Clone, Copy)]
enum Part {
    Train = 0,
    Test = 1,
}

pub(crate) fn load(spec: &DatasetSpec, defaults: &Defaults) -> Result<Dataset, DataError> {
    let names: Vec<String> = (0..glyphs::DIGITS.len()).map(|d| d.to_string()).collect();
    let digits = classes::listed(spec.classes.as_deref(), &names)?;
    let split = |part, per_class, default, field| {
        let per_class = match per_class {
            Some(PerClass::Count(count)) => count,
            Some(PerClass::All) => {
                let dataset = spec.name;
                return Err(SettingError::PerClassEndless { dataset, field }.into());
            }
            None => default,
        };
        draw(spec.seed, part, &digits, per_class, field)
    };
    let (train, test) = (spec.train_per_class, spec.test_per_class);
    let parts = Parts {
        train: split(Part::Train, train, TRAIN_PER_CLASS, "train_per_class")?,
        test: Some(split(Part::Test, test, TEST_PER_CLASS, "test_per_class")?),
        class_names: classes::names_of(&digits, &names),
        border: 0,
        notices: Vec::new(),
    };
    parts.into_dataset(spec, defaults)
}

/// `per_class` images of each of the digits: the first of each, then the second of each, and so on. Labels are the
/// digits' places in the list.
fn draw(
    seed: u64,
    part: Part,
    digits: &[u32],
    per_class: usize,
    field: &'static str,
) -> Result<Labelled, DataError> {
    if !(1..=MAX_PER_CLASS).contains(&per_class) {
        return Err(DataError::PerClassRange {
            field,
            value: per_class,
            limit: MAX_PER_CLASS,
        });
    }
    let mut pixels = Vec::with_capacity(per_class * digits.len() * SHAPE.len());
    let mut labels = Vec::with_capacity(per_class * digits.len());
    for place in 0..per_class as u64 {
        for (label, &digit) in (0..).zip(digits) {
            let name = [seed, part as u64, u64::from(digit), place];
            let styles = glyphs::DIGITS[digit as usize];
            pixels.extend_from_slice(&recipe::draw_digit(styles, &name));
            labels.push(label);
        }
    }
    Ok(Labelled {
        pixels: Pixels::Bytes(pixels),
        labels,
        shape: SHAPE,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::normalization::Normalization;

    #[test]
    fn normalisation_constants_are_the_measured_ones() {
        let digits: Vec<u32> = (0..10).collect();
        let images = draw(0, Part::Train, &digits, 1000, "").unwrap();
        let Normalization { mean, std } = images.measure();
        assert!((mean[0] - MEAN).abs() < 1e-4, "mean {mean:?}");
        assert!((std[0] - STD).abs() < 1e-4, "std {std:?}");
    }
}
