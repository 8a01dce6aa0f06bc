//! Images as files and the drawing program give them: one byte a value.

use crate::{ImageShape, Normalization, Split};

/// Labelled images before padding and normalisation, row-major `[n, channels, height, width]`.
pub(crate) struct ByteImages {
    /// `n * shape.len()` bytes.
    pub pixels: Vec<u8>,
    /// One class an image, each below `classes`.
    pub labels: Vec<u32>,
    /// The shape of one image.
    pub shape: ImageShape,
    /// The number of classes.
    pub classes: usize,
}

impl ByteImages {
    /// Pads each chosen image with `border` pixels of byte 0 on every side, then normalises it.
    pub fn normalised(
        &self,
        chosen: &[usize],
        border: usize,
        normalization: &Normalization,
    ) -> Split {
        let shape = self.shape.padded(border);
        let tables = normalization.tables();
        let mut images = Vec::with_capacity(chosen.len() * shape.len());
        for &index in chosen {
            let image = &self.pixels[index * self.shape.len()..][..self.shape.len()];
            for (plane, table) in image.chunks_exact(self.shape.area()).zip(&tables) {
                let background = table[0];
                let start = images.len();
                images.resize(start + shape.area(), background);
                let padded = images[start..].chunks_exact_mut(shape.width).skip(border);
                for (row, target) in plane.chunks_exact(self.shape.width).zip(padded) {
                    for (byte, value) in row.iter().zip(&mut target[border..]) {
                        *value = table[usize::from(*byte)];
                    }
                }
            }
        }
        let labels = chosen.iter().map(|&index| self.labels[index]).collect();
        Split::from_parts(images, labels, shape, self.classes)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "table look-ups are exact")]
mod tests {
    use super::*;

    #[test]
    fn pads_with_the_normalised_zero_and_keeps_rows_in_place() {
        let shape = ImageShape {
            channels: 2,
            height: 1,
            width: 2,
        };
        let bytes = ByteImages {
            pixels: vec![9, 9, 9, 9, 0, 255, 51, 0],
            labels: vec![0, 1],
            shape,
            classes: 2,
        };
        let normalization = Normalization {
            mean: vec![0.5, 0.0],
            std: vec![0.5, 2.0],
        };
        let split = bytes.normalised(&[1], 1, &normalization);
        assert_eq!(split.shape(), shape.padded(1));
        assert_eq!(split.labels(), [1]);
        let mut expected = [[-1.0f32; 12], [0.0; 12]].concat();
        expected[6] = 1.0;
        expected[12 + 5] = 0.1;
        assert_eq!(split.image(0), expected);
    }
}
