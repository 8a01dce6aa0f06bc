//! How the windows of a convolution lie on images.

/// The windows of a convolution over images of one size.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// Channels of an image, of all groups.
    pub channels: usize,
    /// Channels of the output, of all groups.
    pub filters: usize,
    /// Height and width of an image.
    pub image: [usize; 2],
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Windows below and beside each other.
    pub output: [usize; 2],
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros above and to the left.
    pub before: [usize; 2],
    /// Steps between the elements of a window.
    pub dilation: [usize; 2],
    /// Blocks of channels that do not see each other.
    pub groups: usize,
}
