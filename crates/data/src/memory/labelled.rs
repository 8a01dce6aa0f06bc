//! Labelled images as files and the drawing program give them, before padding and normalisation.

use crate::normalization::Normalization;
use crate::shape::ImageShape;

/// The values of images, row-major `[n, channels, height, width]`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pixels {
    /// One byte a value; a fourth of the memory of floats, so they stay bytes until they are asked for.
    Bytes(Vec<u8>),
    /// Finite values from a file that holds floats.
    Floats(Vec<f32>),
}

/// Images and their labels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Labelled {
    /// `labels.len() * shape.len()` values.
    pub pixels: Pixels,
    /// The class of each image.
    pub labels: Vec<u32>,
    /// The shape of one image.
    pub shape: ImageShape,
}

impl Labelled {
    /// The images at `indices`, in that order.
    pub fn take(self, indices: &[usize]) -> Self {
        if indices.iter().copied().eq(0..self.labels.len()) {
            return self;
        }
        let len = self.shape.len();
        let pixels = match &self.pixels {
            Pixels::Bytes(bytes) => Pixels::Bytes(gather(bytes, len, indices)),
            Pixels::Floats(floats) => Pixels::Floats(gather(floats, len, indices)),
        };
        let labels = gather(&self.labels, 1, indices);
        Self {
            pixels,
            labels,
            shape: self.shape,
        }
    }

    /// Mean and standard deviation of each channel, of bytes as `byte / 255`. A channel of one value gets the
    /// standard deviation 1.
    pub fn measure(&self) -> Normalization {
        let moments: Vec<_> = (0..self.shape.channels)
            .map(|channel| match &self.pixels {
                Pixels::Bytes(bytes) => byte_moments(self.planes(bytes, channel)),
                Pixels::Floats(floats) => float_moments(self.planes(floats, channel)),
            })
            .collect();
        Normalization {
            mean: moments.iter().map(|&[mean, _]| mean as f32).collect(),
            std: moments
                .iter()
                .map(|&[_, variance]| match variance.sqrt() as f32 {
                    std if std > 0.0 && std.is_finite() => std,
                    _ => 1.0,
                })
                .collect(),
        }
    }

    fn planes<'a, T>(
        &self,
        values: &'a [T],
        channel: usize,
    ) -> impl Iterator<Item = &'a [T]> + Clone {
        let planes = values.chunks_exact(self.shape.area());
        planes.skip(channel).step_by(self.shape.channels)
    }
}

/// The items of length `len` at `indices`, in that order.
pub(crate) fn gather<T: Copy>(values: &[T], len: usize, indices: &[usize]) -> Vec<T> {
    let mut taken = Vec::with_capacity(indices.len() * len);
    for &index in indices {
        taken.extend_from_slice(&values[index * len..][..len]);
    }
    taken
}

/// Mean and variance, from how often each byte occurs, so that the order of summation does not matter.
fn byte_moments<'a>(planes: impl Iterator<Item = &'a [u8]>) -> [f64; 2] {
    let mut counts = [0u64; 256];
    for &byte in planes.flatten() {
        counts[usize::from(byte)] += 1;
    }
    let total = counts.iter().sum::<u64>().max(1) as f64;
    let sum = |term: &dyn Fn(f64) -> f64| -> f64 {
        let terms = (0u8..=255).zip(&counts);
        let terms = terms.map(|(byte, &count)| count as f64 * term(f64::from(byte) / 255.0));
        terms.sum::<f64>() / total
    };
    let mean = sum(&|value| value);
    [mean, sum(&|value| (value - mean).powi(2))]
}

fn float_moments<'a>(planes: impl Iterator<Item = &'a [f32]> + Clone) -> [f64; 2] {
    let values = planes.flatten().map(|&value| f64::from(value));
    let total = (values.clone().count() as f64).max(1.0);
    let mean = values.clone().sum::<f64>() / total;
    [
        mean,
        values.map(|value| (value - mean).powi(2)).sum::<f64>() / total,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape {
        channels: 2,
        height: 1,
        width: 2,
    };

    #[test]
    fn measures_each_channel() {
        let bytes = vec![0, 255, 51, 51, 255, 0, 51, 51];
        let floats = bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
        for pixels in [Pixels::Bytes(bytes), Pixels::Floats(floats)] {
            let images = Labelled {
                pixels,
                labels: vec![0, 1],
                shape: SHAPE,
            };
            let Normalization { mean, std } = images.measure();
            assert_eq!((mean, std), (vec![0.5, 0.2], vec![0.5, 1.0]));
        }
    }
}
