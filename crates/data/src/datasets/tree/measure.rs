//! The normalization of images that have none of their own.

use super::kept::Kept;
use super::pool::pool;
use crate::error::DataError;
use crate::normalization::Normalization;
use rayon::prelude::*;

/// Of images that are too many to be decoded beforehand, this many are measured, evenly spread.
pub(crate) const MEASURED_OF_MANY: usize = 10_000;

/// Mean and standard deviation of each channel over all pixels of the images, rounded to four decimals.
///
/// Sums are of whole numbers, so they are exact in any order. They are rounded because decoders may differ by a grey
/// level from one processor to another, which should not give another data set. A channel that is the same
/// everywhere is divided by 1.
pub(crate) fn normalization(kept: &Kept) -> Result<Normalization, DataError> {
    let step = if kept.is_decoded() {
        1
    } else {
        kept.len().div_ceil(MEASURED_OF_MANY).max(1)
    };
    let places: Vec<usize> = (0..kept.len()).step_by(step).collect();
    let sums = pool()?.install(|| {
        let each = places
            .par_iter()
            .map(|&place| Ok(sums(&kept.central(place)?)));
        each.try_reduce(Default::default, |a, b| Ok::<_, DataError>(add(a, b)))
    })?;
    let side = f64::from(kept.sizes().cropped);
    let count = places.len().max(1) as f64 * side * side;
    let (mean, std) = sums
        .map(|(sum, squares)| {
            let mean = sum as f64 / count;
            let variance = (squares as f64 / count - mean * mean).max(0.0);
            let std = rounded(variance.sqrt() / 255.0);
            (rounded(mean / 255.0), if std > 0.0 { std } else { 1.0 })
        })
        .into_iter()
        .unzip();
    Ok(Normalization { mean, std })
}

fn rounded(value: f64) -> f32 {
    ((value * 1e4).round() / 1e4) as f32
}

/// Sum and sum of squares of each channel.
type Sums = [(u64, u64); 3];

fn sums(planes: &[u8]) -> Sums {
    let area = planes.len() / 3;
    [0, 1, 2].map(|channel| {
        let plane = &planes[channel * area..][..area];
        plane.iter().fold((0, 0), |(sum, squares), &byte| {
            let value = u64::from(byte);
            (sum + value, squares + value * value)
        })
    })
}

fn add(a: Sums, b: Sums) -> Sums {
    [0, 1, 2].map(|channel| (a[channel].0 + b[channel].0, a[channel].1 + b[channel].1))
}
