//! Images with their zeros around them, as one row of numbers.
//!
//! Lines of an image stand behind each other, a pitch apart, with zeros between them that are those behind one line and
//! before the next. So the element of a window that lies `i` lines below and `j` numbers to the right of the window's first
//! lies `i · pitch + j` numbers behind it, whichever the window: a convolution is a sum of this row of numbers with itself,
//! moved. It computes numbers at the ends of lines that mean nothing. Small images stand below each other in the same way, with
//! lines of zeros between them.

use std::ops::Range;

use crate::array::host::real::Real;
use crate::array::windows::Windows;

/// Numbers of the longest vector.
const LONGEST: usize = 16;

/// Numbers of a stretch, about: few enough for a cache, many beside the lines that two bands share.
const STRETCH: usize = 560;

/// What is gone over together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    /// Consecutive images.
    pub images: Range<usize>,
    /// Lines of their outputs: all of them where there are several images.
    pub band: Range<usize>,
}

/// How framed images lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Height and width of an image.
    image: [usize; 2],
    /// Zeros above it and to the left.
    before: [usize; 2],
    /// Height and width of the output.
    pub output: [usize; 2],
    kernel: [usize; 2],
    dilation: [usize; 2],
    /// From a line to the next.
    pitch: usize,
    /// Lines from an image to the next below it.
    rise: usize,
}

impl Frame {
    /// The frame of a convolution whose windows lie side by side, if it can be turned around.
    pub fn of(windows: &Windows) -> Option<Self> {
        let Windows {
            image,
            before,
            output,
            kernel,
            dilation,
            ..
        } = *windows;
        let plain = windows.stride == [1, 1] && windows.groups == 1;
        // Behind the image there are as many zeros as the output needs, on no side more than a window less one.
        let turns = (0..2).all(|axis| {
            let reach = dilation[axis] * (kernel[axis] - 1);
            let zeros = (output[axis] + reach).checked_sub(image[axis] + before[axis]);
            output[axis] > 0 && before[axis] <= reach && zeros.is_some_and(|zeros| zeros <= reach)
        });
        (plain && turns).then(|| Self::new(image, before, output, kernel, dilation))
    }

    fn new(
        image: [usize; 2],
        before: [usize; 2],
        output: [usize; 2],
        kernel: [usize; 2],
        dilation: [usize; 2],
    ) -> Self {
        let [rise, pitch] = [0, 1].map(|axis| {
            let reach = dilation[axis] * (kernel[axis] - 1);
            let behind = output[axis] + reach - image[axis] - before[axis];
            (image[axis] + before[axis].max(behind)).max(output[axis])
        });
        Frame {
            image,
            before,
            output,
            kernel,
            dilation,
            pitch,
            rise,
        }
    }

    /// How far a window's last element lies from its first.
    fn reach(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.dilation[axis] * (self.kernel[axis] - 1))
    }

    /// Of the convolution that takes cotangents of outputs to those of images.
    pub fn turned(self) -> Self {
        let reach = self.reach();
        let before = [0, 1].map(|axis| reach[axis] - self.before[axis]);
        Self::new(self.output, before, self.image, self.kernel, self.dilation)
    }

    /// Pixels of an image.
    pub fn pixels_in(&self) -> usize {
        self.image[0] * self.image[1]
    }

    /// Pixels of an output.
    pub fn pixels_out(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Where the elements of a window lie behind its first, line by line.
    pub fn taps(&self) -> Vec<usize> {
        let [down, across] = self.kernel;
        (0..down * across)
            .map(|element| {
                element / across * self.dilation[0] * self.pitch
                    + element % across * self.dilation[1]
            })
            .collect()
    }

    /// Images that go together, and lines of a band.
    pub fn together(&self, images: usize) -> [usize; 2] {
        let lines = (STRETCH / self.pitch).max(1);
        if lines < self.output[0] {
            [1, lines]
        } else {
            // As many in each stretch as in the others.
            let stretches = images.div_ceil((lines / self.rise).max(1)).max(1);
            [images.div_ceil(stretches).max(1), self.output[0]]
        }
    }

    /// All of some images, those that go together one band after another.
    pub fn stretches(&self, images: usize) -> Vec<Stretch> {
        let [together, lines] = self.together(images);
        let mut stretches = Vec::new();
        for first in (0..images).step_by(together) {
            for line in (0..self.output[0]).step_by(lines) {
                stretches.push(Stretch {
                    images: first..(first + together).min(images),
                    band: line..(line + lines).min(self.output[0]),
                });
            }
        }
        stretches
    }

    /// Numbers of the outputs of a stretch, with those that fill the last vector.
    pub fn spread(&self, stretch: &Stretch) -> usize {
        let lines = (stretch.images.len() - 1) * self.rise + stretch.band.len();
        (lines * self.pitch).next_multiple_of(LONGEST)
    }

    /// Numbers that the outputs of a stretch are sums of.
    pub fn framed(&self, stretch: &Stretch) -> usize {
        let [down, across] = self.reach();
        self.spread(stretch) + down * self.pitch + across
    }

    /// Writes what the outputs of a stretch are sums of, given the plane of each image.
    #[inline(always)]
    pub fn frame<'a, T: Real>(
        &self,
        stretch: &Stretch,
        plane: impl Fn(usize) -> &'a [T],
        out: &mut [T],
    ) {
        let [height, width] = self.image;
        let Range { start, end } = stretch.band;
        let lines = start.max(self.before[0])..(end + self.reach()[0]).min(height + self.before[0]);
        let mut written = 0;
        for (below, image) in stretch.images.clone().enumerate() {
            let plane = plane(image);
            for line in lines.clone() {
                let to = (below * self.rise + line - start) * self.pitch + self.before[1];
                let from = (line - self.before[0]) * width;
                out[written..to].fill(T::ZERO);
                written = to + width;
                out[to..written].copy_from_slice(&plane[from..from + width]);
            }
        }
        out[written..].fill(T::ZERO);
    }

    /// Writes the outputs of a stretch as they lie beside framed images, with zeros between, given the plane of each.
    #[inline(always)]
    pub fn widen<'a, T: Real>(
        &self,
        stretch: &Stretch,
        plane: impl Fn(usize) -> &'a [T],
        out: &mut [T],
    ) {
        let width = self.output[1];
        let mut written = 0;
        for (below, image) in stretch.images.clone().enumerate() {
            let plane = plane(image);
            for line in stretch.band.clone() {
                let to = (below * self.rise + line - stretch.band.start) * self.pitch;
                out[written..to].fill(T::ZERO);
                written = to + width;
                out[to..written].copy_from_slice(&plane[line * width..][..width]);
            }
        }
        out[written..].fill(T::ZERO);
    }

    /// The inverse of [`widen`](Self::widen) for the lines of the image that lies below so many others, with a number added
    /// to each.
    #[inline(always)]
    pub fn narrow<T: Real>(&self, wide: &[T], below: usize, shift: T, lines: &mut [T]) {
        let wide = wide[below * self.rise * self.pitch..].chunks(self.pitch);
        for (line, wide) in lines.chunks_mut(self.output[1]).zip(wide) {
            for (to, &x) in line.iter_mut().zip(wide) {
                *to = x + shift;
            }
        }
    }
}
