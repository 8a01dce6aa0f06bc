//! The transforms of all channels of a stretch.

use faer::MatRef;
use pulp::Arch;
use rayon::prelude::*;

use super::images::{Channel, Planes, Spread, Widen, lines, place_step};
use super::layout::PLACES;
use super::tiling::{Stretch, Tiling};
use crate::array::host::matrix::rows;
use crate::array::host::real::Real;

/// The numbers of one transformed channel.
pub(super) fn spread_row(tiles: usize) -> usize {
    PLACES * place_step(tiles)
}

/// The transformed tiles at one place, [channels, T].
pub(super) fn at<T: Real>(
    numbers: &[T],
    place: usize,
    channels: usize,
    tiles: usize,
) -> MatRef<'_, T> {
    let numbers = &numbers[place * place_step(tiles)..];
    rows(numbers, channels, tiles, spread_row(tiles))
}

/// Transforms every channel of a stretch of images [n, channels, h, w], side by side or one after another.
pub(super) struct Channels<'a, T> {
    pub tiling: &'a Tiling,
    pub stretch: &'a Stretch,
    pub images: &'a [T],
    pub count: usize,
    pub side_by_side: bool,
}

impl<T: Real> Channels<'_, T> {
    /// Bᵀ d B.
    pub fn spread(self, out: &mut [T]) {
        let extents = self.tiling.image;
        self.transform(extents, out, |channel| {
            Arch::new().dispatch(Spread(channel))
        });
    }

    /// A ȳ Aᵀ.
    pub fn widen(self, out: &mut [T]) {
        let extents = self.tiling.output;
        self.transform(extents, out, |channel| Arch::new().dispatch(Widen(channel)));
    }

    fn transform(
        self,
        [height, width]: [usize; 2],
        out: &mut [T],
        one: impl Fn(Channel<T>) + Sync,
    ) {
        let pixels = height * width;
        let one = |lines: &mut Vec<T>, (channel, out): (usize, &mut [T])| {
            one(Channel {
                tiling: self.tiling,
                stretch: self.stretch,
                planes: Planes {
                    images: self.images,
                    each: self.count * pixels,
                    start: channel * pixels,
                },
                lines,
                out,
            });
        };
        let tiles = self.stretch.tiles();
        let lines = || vec![T::ZERO; lines(self.stretch)];
        if self.side_by_side {
            out.par_chunks_mut(spread_row(tiles))
                .enumerate()
                .for_each_init(lines, one);
        } else {
            let mut lines = lines();
            out.chunks_mut(spread_row(tiles))
                .enumerate()
                .for_each(|channel| one(&mut lines, channel));
        }
    }
}
