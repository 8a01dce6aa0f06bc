//! One split in memory that is padded, normalised and augmented when it is read.

use super::augment::Change;
use super::fingerprint::fingerprint;
use super::labelled::{Labelled, Pixels};
use crate::error::DataError;
use crate::images::{Draw, Images};
use crate::normalization::Normalization;
use crate::shape::ImageShape;
use std::fmt;
use std::ops::Range;

/// Images as their file has them, beside what becomes of them.
pub(crate) struct MemoryImages {
    raw: Labelled,
    classes: usize,
    /// Pixels of value 0 to be added on every side.
    border: usize,
    normalization: Normalization,
    /// The normalised value of each byte, for every channel.
    tables: Vec<[f32; 256]>,
    /// How training images are changed, if they are: whether left and right may be exchanged.
    flips: Option<bool>,
}

impl MemoryImages {
    /// Labels are below `classes`, and `normalization` has as many channels as the images.
    pub fn new(
        raw: Labelled,
        classes: usize,
        border: usize,
        normalization: &Normalization,
        flips: Option<bool>,
    ) -> Self {
        Self {
            raw,
            classes,
            border,
            tables: normalization.tables(),
            normalization: normalization.clone(),
            flips,
        }
    }

    /// Writes image `index` behind `images`.
    fn append(&self, images: &mut Vec<f32>, index: usize, change: Change) {
        let (area, len) = (self.raw.shape.area(), self.raw.shape.len());
        for (channel, table) in self.tables.iter().enumerate() {
            let plane = index * len + channel * area..index * len + (channel + 1) * area;
            match &self.raw.pixels {
                Pixels::Bytes(bytes) => {
                    let value = |byte| table[usize::from(byte)];
                    self.append_plane(images, &bytes[plane], value(0), value, change);
                }
                Pixels::Floats(floats) => {
                    let (mean, std) = (
                        self.normalization.mean[channel],
                        self.normalization.std[channel],
                    );
                    let value = |float| (float - mean) / std;
                    self.append_plane(images, &floats[plane], value(0.0), value, change);
                }
            }
        }
    }

    fn append_plane<T: Copy>(
        &self,
        images: &mut Vec<f32>,
        plane: &[T],
        background: f32,
        value: impl Fn(T) -> f32,
        change: Change,
    ) {
        let ImageShape { height, width, .. } = self.raw.shape;
        let whole = self.shape();
        let start = images.len();
        images.resize(start + whole.area(), background);
        let [(from_rows, to_rows), (from_columns, to_columns)] = [
            overlap(height, whole.height, self.border, change.shift[0]),
            overlap(width, whole.width, self.border, change.shift[1]),
        ];
        let rows = plane.chunks_exact(width).skip(from_rows.start);
        let targets = images[start..].chunks_exact_mut(whole.width);
        let targets = targets.skip(to_rows.start).take(to_rows.len());
        for (row, target) in rows.zip(targets) {
            let target = &mut target[to_columns.clone()];
            for (pixel, target) in row[from_columns.clone()].iter().zip(target) {
                *target = value(*pixel);
            }
        }
        if change.flip {
            let rows = images[start..].chunks_exact_mut(whole.width);
            rows.for_each(<[f32]>::reverse);
        }
    }

    fn read_with(&self, indices: &[usize], change: impl Fn(usize) -> Change) -> Vec<f32> {
        let mut images = Vec::with_capacity(indices.len() * self.shape().len());
        for &index in indices {
            assert!(index < self.len(), "image {index} of {}", self.len());
            self.append(&mut images, index, change(index));
        }
        images
    }
}

/// Along one axis, the pixels of the file's image that are seen and where they land in the whole, which begins
/// `border - shift` before them; the same number of both.
fn overlap(
    inner: usize,
    whole: usize,
    border: usize,
    shift: isize,
) -> (Range<usize>, Range<usize>) {
    let offset = border as isize - shift;
    let start = offset.max(0) as usize;
    let end = whole.min((offset + inner as isize).max(0) as usize);
    if end <= start {
        // An image smaller than the shift is out of sight.
        return (0..0, 0..0);
    }
    let origin = (start as isize - offset) as usize;
    (origin..origin + (end - start), start..end)
}

impl Images for MemoryImages {
    fn shape(&self) -> ImageShape {
        self.raw.shape.padded(self.border)
    }

    fn classes(&self) -> usize {
        self.classes
    }

    fn labels(&self) -> &[u32] {
        &self.raw.labels
    }

    fn read(&self, indices: &[usize]) -> Result<Vec<f32>, DataError> {
        Ok(self.read_with(indices, |_| Change::NONE))
    }

    fn read_augmented(&self, indices: &[usize], draw: Draw) -> Result<Vec<f32>, DataError> {
        Ok(self.read_with(indices, |index| match self.flips {
            Some(flips) => Change::draw(draw, index, flips),
            None => Change::NONE,
        }))
    }

    fn fingerprint(&self) -> Result<String, DataError> {
        let mut image = Vec::with_capacity(self.shape().len());
        Ok(fingerprint(self, |index, hash| {
            image.clear();
            self.append(&mut image, index, Change::NONE);
            hash(&image);
        }))
    }
}

impl fmt::Debug for MemoryImages {
    /// Sizes only: the values would fill the terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryImages")
            .field("len", &self.len())
            .field("shape", &self.shape())
            .field("classes", &self.classes)
            .field("flips", &self.flips)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#[allow(clippy::float_cmp, reason = "table look-ups are exact")]
mod tests {
    use super::*;
    use crate::memory::augment::PADDING;
    use crate::memory::split::Split;
    use proptest::prelude::*;

    const SHAPE: ImageShape = ImageShape {
        channels: 2,
        height: 1,
        width: 2,
    };

    fn two(pixels: Pixels) -> MemoryImages {
        let raw = Labelled {
            pixels,
            labels: vec![0, 1],
            shape: SHAPE,
        };
        let normalization = Normalization {
            mean: vec![0.5, 0.0],
            std: vec![0.5, 2.0],
        };
        MemoryImages::new(raw, 2, 1, &normalization, None)
    }

    #[test]
    fn pads_with_the_normalised_zero_and_keeps_rows_in_place() {
        let split = two(Pixels::Bytes(vec![9, 9, 9, 9, 0, 255, 51, 0]));
        assert_eq!(split.shape(), SHAPE.padded(1));
        let mut expected = [[-1.0f32; 12], [0.0; 12]].concat();
        expected[6] = 1.0;
        expected[12 + 5] = 0.1;
        assert_eq!(split.read(&[1]).unwrap(), expected);
        let split = two(Pixels::Floats(vec![9.0, 9.0, 9.0, 9.0, 0.0, 1.0, 0.2, 0.0]));
        assert_eq!(split.read(&[1]).unwrap(), expected);
    }

    #[test]
    fn has_the_fingerprint_of_the_split_it_reads_as() {
        let split = two(Pixels::Bytes(vec![1, 2, 3, 4, 0, 255, 51, 0]));
        let read = Split::read_all(&split).unwrap();
        assert_eq!(split.fingerprint().unwrap(), read.fingerprint().unwrap());
    }

    proptest! {
        #[test]
        fn a_changed_image_is_a_window_of_the_padded_one(
            (channels, height, width) in (1usize..4, 1usize..7, 1usize..7),
            border in 0usize..3,
            seed in any::<u64>(),
            epoch in any::<u64>(),
            flips in any::<bool>(),
        ) {
            let shape = ImageShape { channels, height, width };
            let pixels = (0..3 * shape.len()).map(|value| 1 + (value % 255) as u8).collect();
            let raw = Labelled { pixels: Pixels::Bytes(pixels), labels: vec![0; 3], shape };
            let normalization = Normalization { mean: vec![0.25; channels], std: vec![0.5; channels] };
            let split = MemoryImages::new(raw, 1, border, &normalization, Some(flips));
            let draw = Draw { seed, epoch };
            let changed = split.read_augmented(&[2, 0, 1], draw).unwrap();
            prop_assert_eq!(&changed, &split.read_augmented(&[2, 0, 1], draw).unwrap());

            let whole = split.shape();
            for (place, index) in [2, 0, 1].into_iter().enumerate() {
                let image = split.read(&[index]).unwrap();
                let Change { shift, flip } = Change::draw(draw, index, flips);
                prop_assert!(shift.iter().all(|along| along.unsigned_abs() <= PADDING));
                prop_assert!(flips || !flip);
                let changed = &changed[place * whole.len()..][..whole.len()];
                for (at, &value) in changed.iter().enumerate() {
                    let (channel, y, x) =
                        (at / whole.area(), at % whole.area() / whole.width, at % whole.width);
                    let x = if flip { whole.width - 1 - x } else { x };
                    let [y, x] = [y as isize + shift[0], x as isize + shift[1]];
                    let inside = (0..whole.height as isize).contains(&y)
                        && (0..whole.width as isize).contains(&x);
                    let expected = if inside {
                        image[channel * whole.area() + y as usize * whole.width + x as usize]
                    } else {
                        -0.5
                    };
                    prop_assert_eq!(value, expected);
                }
            }
        }
    }
}
