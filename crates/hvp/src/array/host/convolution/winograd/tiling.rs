//! How tiles lie on images.

use std::ops::Range;

use crate::array::windows::Windows;

/// Tiles of 2 × 2 outputs over an image, and the 4 × 4 pixels that each of them reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiling {
    /// Height and width of an image.
    pub image: [usize; 2],
    /// Zeros above it and to the left.
    pub before: [usize; 2],
    /// Height and width of the output.
    pub output: [usize; 2],
}

/// Tiles that are transformed together: rows of tiles of some consecutive images, numbered image by image and row by
/// row.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// The first image and those after it.
    pub images: Range<usize>,
    /// The rows of tiles, the same of each image.
    pub rows: Range<usize>,
    /// Tiles in a row of one image.
    pub across: usize,
}

impl Stretch {
    /// All tiles.
    pub fn tiles(&self) -> usize {
        self.images.len() * self.rows.len() * self.across
    }
}

impl Tiling {
    /// The tiling of a convolution, if it has windows of 3 × 3, one pixel apart.
    pub fn of(windows: &Windows) -> Option<Self> {
        let Windows {
            image,
            before,
            output,
            ..
        } = *windows;
        let plain = windows.kernel == [3, 3]
            && windows.stride == [1, 1]
            && windows.dilation == [1, 1]
            && windows.groups == 1;
        // Two zeros at most on every side, so that the convolution can be turned around.
        let padded = (0..2).all(|axis| {
            before[axis] <= 2
                && output[axis] > 0
                && (image[axis]..=image[axis] + 2).contains(&(output[axis] + 2 - before[axis]))
        });
        (plain && padded).then_some(Tiling {
            image,
            before,
            output,
        })
    }

    /// The tiling of the convolution that takes cotangents of outputs to those of images.
    pub fn turned(self) -> Self {
        Tiling {
            image: self.output,
            before: self.before.map(|before| 2 - before),
            output: self.image,
        }
    }

    /// Tiles below each other and side by side.
    fn extents(&self) -> [usize; 2] {
        self.output.map(|extent| extent.div_ceil(2))
    }

    /// Tiles of an image.
    pub fn count(&self) -> usize {
        self.extents().iter().product()
    }

    /// Images whose tiles go together, of this many.
    pub fn together(&self, images: usize, tiles: usize) -> usize {
        (tiles / self.count()).clamp(1, images.max(1))
    }

    /// Consecutive images in stretches of about so many tiles: whole images, or where one has more, rows of it.
    pub fn stretches(&self, images: Range<usize>, tiles: usize) -> Vec<Stretch> {
        let [down, across] = self.extents();
        let together = self.together(images.len(), tiles);
        let rows = if together > 1 {
            down
        } else {
            (tiles / across).clamp(1, down)
        };
        let mut stretches = Vec::new();
        for first in images.clone().step_by(together) {
            for row in (0..down).step_by(rows) {
                stretches.push(Stretch {
                    images: first..(first + together).min(images.end),
                    rows: row..(row + rows).min(down),
                    across,
                });
            }
        }
        stretches
    }
}
