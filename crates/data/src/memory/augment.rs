//! Random changes of training images.

use crate::images::Draw;
use crate::stream::Stream;

/// How far the crop may stray in each direction, in pixels: the zeros added on every side before it is taken.
pub(crate) const PADDING: usize = 4;

/// What happens to one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// Rows and columns by which the crop lies below and to the right of the image, each up to [`PADDING`] either
    /// way.
    pub shift: [isize; 2],
    /// Whether left and right are exchanged, after the crop.
    pub flip: bool,
}

impl Change {
    /// The image as it is.
    pub const NONE: Self = Self {
        shift: [0; 2],
        flip: false,
    };

    /// The change of image `index` in that epoch: crops and, with `flips`, sides are equally likely.
    pub fn draw(draw: Draw, index: usize, flips: bool) -> Self {
        let mut random = Stream::new("augmentation", &[draw.seed, draw.epoch, index as u64]);
        let shift = [(); 2].map(|()| random.index(2 * PADDING + 1) as isize - PADDING as isize);
        let flip = random.below(2) == 1 && flips;
        Self { shift, flip }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_change_is_as_likely_as_another() {
        let mut counts = HashMap::new();
        for index in 0..162_000 {
            let change = Change::draw(Draw { seed: 1, epoch: 2 }, index, true);
            *counts.entry((change.shift, change.flip)).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 162);
        // Five standard deviations of a binomial with 162,000 trials and probability 1/162.
        assert!(
            counts.values().all(|n| n.abs_diff(1000) < 158),
            "{counts:?}"
        );
    }

    #[test]
    fn flips_do_not_disturb_crops() {
        let draw = Draw { seed: 7, epoch: 0 };
        for index in 0..100 {
            let (with, without) = (
                Change::draw(draw, index, true),
                Change::draw(draw, index, false),
            );
            assert_eq!(with.shift, without.shift);
            assert!(!without.flip);
        }
    }
}
