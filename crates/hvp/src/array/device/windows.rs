//! How the windows of a convolution lie on images.

use cubecl::prelude::*;

/// The windows of a convolution over images of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    /// Height and width of an image.
    pub image: [usize; 2],
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Windows below and beside each other.
    pub output: [usize; 2],
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros before each axis.
    pub before: [usize; 2],
    /// Steps between the elements of a window.
    pub dilation: [usize; 2],
    /// Blocks of channels that do not see each other.
    pub groups: usize,
}

/// What a kernel is told of the windows besides extents.
#[derive(CubeLaunch, CubeType)]
pub(super) struct Steps {
    pub stride_h: usize,
    pub stride_w: usize,
    pub before_h: usize,
    pub before_w: usize,
    pub dilation_h: usize,
    pub dilation_w: usize,
}

/// The same, as a kernel is launched with it.
macro_rules! steps {
    ($windows:expr) => {
        StepsLaunch::new(
            $windows.stride[0],
            $windows.stride[1],
            $windows.before[0],
            $windows.before[1],
            $windows.dilation[0],
            $windows.dilation[1],
        )
    };
}
pub(super) use steps;
