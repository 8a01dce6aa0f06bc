//! The windows of a convolution, as kernels are told of them.

use cubecl::prelude::*;

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
