//! How windows lie on images.

use burn_backend::ops::ConvOptions;

use crate::array::Array;

/// `y = conv(x, w) + b` with x `[n, c_in, h, w]`, w `[c_out, c_in / groups, k_h, k_w]`, b `[c_out]` or
/// none.
#[derive(Clone, Debug)]
pub struct Conv2d {
    /// Steps between windows.
    pub stride: [usize; 2],
    /// Zeros before and after each spatial axis.
    pub padding: [(usize, usize); 2],
    /// Steps between the elements of a window.
    pub dilation: [usize; 2],
    /// Blocks of channels that do not see each other.
    pub groups: usize,
}

/// The extents of a tensor [K, n, c, h, w].
pub(super) fn five(array: &Array) -> [usize; 5] {
    let shape = array.shape();
    [shape[0], shape[1], shape[2], shape[3], shape[4]]
}

/// A tensor of which only the shape matters, without memory of its own.
pub(in crate::rules) fn shape_only(like: &Array, shape: &[usize]) -> Array {
    like.zeros_of(&vec![1; shape.len()]).expand(shape)
}

impl Conv2d {
    pub(super) fn options(&self) -> ConvOptions<2> {
        ConvOptions::new_with_padding(self.stride, self.padding, self.dilation, self.groups)
    }

    /// The extents of the output for an image of this height and width.
    pub(super) fn output(&self, image: [usize; 2], kernel: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let (before, after) = self.padding[axis];
            let window = self.dilation[axis] * (kernel[axis] - 1) + 1;
            (image[axis] + before + after - window) / self.stride[axis] + 1
        })
    }
}
