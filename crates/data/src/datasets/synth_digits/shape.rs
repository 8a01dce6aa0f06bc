//! The size of an image.

use crate::shape::ImageShape;

/// Rows and columns of an image.
pub(super) const SIDE: usize = 16;

/// The shape of one image: 1x16x16.
pub const SHAPE: ImageShape = ImageShape {
    channels: 1,
    height: SIDE,
    width: SIDE,
};
