//! Images as columns, one a window.
//!
//! With windows of q = c_in / groups · k_h k_w elements and s pixels of the output, the columns of
//! some images are [c_in k_h k_w, T], T being their pixels one image after another.

use std::ops::Range;

use crate::array::host::real::Real;
use crate::array::host::wide::wide;
use crate::array::windows::Windows;

/// Output rows of consecutive images whose columns stand side by side, the rows of all images
/// numbered through.
pub(super) type Tile = Range<usize>;

impl Windows {
    /// Elements of an image.
    pub(super) fn pixels_in(&self) -> usize {
        self.channels * self.plane()
    }

    /// Elements of one channel of an image.
    pub(super) fn plane(&self) -> usize {
        self.image[0] * self.image[1]
    }

    /// Pixels of the output, s.
    pub(super) fn pixels(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Elements of an output.
    pub(super) fn pixels_out(&self) -> usize {
        self.filters * self.pixels()
    }

    /// Elements of a window in one channel.
    pub(super) fn elements(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Elements of a window in all groups.
    pub(super) fn window(&self) -> usize {
        self.channels * self.elements()
    }

    /// Elements of a window in one group, q.
    pub(super) fn group_window(&self) -> usize {
        self.window() / self.groups
    }

    pub(super) fn group_filters(&self) -> usize {
        self.filters / self.groups
    }

    /// The outputs along an axis whose window has its element `offset` inside the image.
    pub(in crate::array::host) fn inside(&self, axis: usize, offset: usize) -> Range<usize> {
        let (stride, before) = (self.stride[axis], self.before[axis]);
        let offset = offset * self.dilation[axis];
        let first = before.saturating_sub(offset).div_ceil(stride);
        let end = match (self.image[axis] + before).checked_sub(offset + 1) {
            Some(last) => (last / stride + 1).min(self.output[axis]),
            None => 0,
        };
        first.min(end)..end
    }

    /// Images of which `pixels` pixels of the output go together.
    pub(super) fn together(&self, images: usize, pixels: usize) -> usize {
        (pixels / self.pixels().max(1)).clamp(1, images.max(1))
    }

    /// The tiles of some images that go together, of about so many pixels each.
    pub(super) fn tiles(&self, images: usize, pixels: usize) -> impl Iterator<Item = Tile> {
        let all = images * self.output[0];
        let step = if images == 1 {
            (pixels / self.output[1].max(1)).max(1)
        } else {
            all.max(1)
        };
        (0..all)
            .step_by(step)
            .map(move |start| start..(start + step).min(all))
    }

    /// Calls `run` for each stretch of the columns of one channel that belongs to some of a tile's rows: where it lies in
    /// the channel's columns, and where it begins in the planes of the channel, by image and element, unless it is all
    /// padding. Its elements lie a stride apart in the plane.
    fn stretches(
        &self,
        tile: &Tile,
        rows: Range<usize>,
        mut run: impl FnMut(Range<usize>, Option<(usize, usize)>),
    ) {
        let [rows_out, columns_out] = self.output;
        let pixels = tile.len() * columns_out;
        for i in 0..self.kernel[0] {
            let lines = self.inside(0, i);
            for j in 0..self.kernel[1] {
                let span = self.inside(1, j);
                let element = (i * self.kernel[1] + j) * pixels;
                for row in rows.clone() {
                    let (image, line) = (row / rows_out, row % rows_out);
                    let start = element + (row - tile.start) * columns_out;
                    let end = start + columns_out;
                    if !lines.contains(&line) || span.is_empty() {
                        run(start..end, None);
                        continue;
                    }
                    let from = line * self.stride[0] + i * self.dilation[0] - self.before[0];
                    let from =
                        from * self.image[1] + span.start * self.stride[1] + j * self.dilation[1]
                            - self.before[1];
                    if span.start > 0 {
                        run(start..start + span.start, None);
                    }
                    run(start + span.start..start + span.end, Some((image, from)));
                    if span.end < columns_out {
                        run(start + span.end..end, None);
                    }
                }
            }
        }
    }

    /// Writes the columns of one channel of a tile of images.
    pub(super) fn unfold<T: Real>(
        &self,
        images: &[T],
        channel: usize,
        tile: &Tile,
        columns: &mut [T],
    ) {
        let stride = self.stride[1];
        let start = |image: usize| (image * self.channels + channel) * self.plane();
        wide(
            #[inline(always)]
            || {
                self.stretches(tile, tile.clone(), |to, from| {
                    let to = &mut columns[to];
                    match from.map(|(image, from)| start(image) + from) {
                        None => to.fill(T::ZERO),
                        Some(from) if stride == 1 => {
                            to.copy_from_slice(&images[from..from + to.len()]);
                        }
                        Some(from) => {
                            for (to, from) in
                                to.iter_mut().zip(images[from..].iter().step_by(stride))
                            {
                                *to = *from;
                            }
                        }
                    }
                });
            },
        );
    }

    /// The transpose of [`unfold`](Self::unfold) for one image: adds columns where they come from in the plane of a
    /// channel.
    pub(super) fn fold<T: Real>(&self, columns: &[T], tile: &Tile, image: usize, plane: &mut [T]) {
        let stride = self.stride[1];
        let rows = image * self.output[0]..(image + 1) * self.output[0];
        let rows = rows.start.max(tile.start)..rows.end.min(tile.end);
        wide(
            #[inline(always)]
            || {
                self.stretches(tile, rows, |part, to| {
                    let Some((_, to)) = to else { return };
                    let part = &columns[part];
                    if stride == 1 {
                        let to = &mut plane[to..to + part.len()];
                        to.iter_mut().zip(part).for_each(|(to, &x)| *to += x);
                    } else {
                        let to = plane[to..].iter_mut().step_by(stride);
                        to.zip(part).for_each(|(to, &x)| *to += x);
                    }
                });
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(output: [usize; 2]) -> Windows {
        Windows {
            channels: 2,
            filters: 3,
            image: output,
            kernel: [3, 3],
            output,
            stride: [1, 1],
            before: [1, 1],
            dilation: [1, 1],
            groups: 1,
        }
    }

    #[test]
    fn images_go_together_and_large_ones_in_parts() {
        let small = windows([4, 5]);
        assert_eq!(
            [19, 20, 59, 60].map(|pixels| small.together(7, pixels)),
            [1, 1, 2, 3]
        );
        assert_eq!(small.together(2, 1000), 2);
        let tiles = |windows: &Windows, images, pixels| -> Vec<Tile> {
            windows.tiles(images, pixels).collect()
        };
        assert_eq!(
            tiles(&small, 3, 1).as_slice(),
            std::slice::from_ref(&(0..12))
        );
        assert_eq!(tiles(&small, 1, 11), [0..2, 2..4]);
        assert_eq!(tiles(&small, 1, 4), [0..1, 1..2, 2..3, 3..4]);
        assert_eq!(
            tiles(&small, 1, 100).as_slice(),
            std::slice::from_ref(&(0..4))
        );
    }
}
