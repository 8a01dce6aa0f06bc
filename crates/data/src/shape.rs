//! The shape of one image.

use serde::{Deserialize, Serialize};

/// The shape of one image, in pixels; its values lie row-major as `[channels, height, width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageShape {
    /// Colour planes: 1 for grey, 3 for RGB.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl ImageShape {
    /// The number of values in one image.
    #[must_use]
    #[allow(
        clippy::len_without_is_empty,
        reason = "a split refuses a shape without values"
    )]
    pub const fn len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// The number of pixels in one channel.
    #[must_use]
    pub const fn area(&self) -> usize {
        self.height * self.width
    }

    /// This shape with `border` more pixels on every side.
    #[must_use]
    pub(crate) const fn padded(self, border: usize) -> Self {
        Self {
            channels: self.channels,
            height: self.height + 2 * border,
            width: self.width + 2 * border,
        }
    }
}

impl std::fmt::Display for ImageShape {
    /// Writes, for example, `1x32x32`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}
