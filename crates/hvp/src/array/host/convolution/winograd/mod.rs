//! Convolution with windows of 3 × 3 by 16 products of matrices where unfolding takes 36 multiplications.
//!
//! Tiles of 4 × 4 pixels d give 2 × 2 outputs y for a filter g as `y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A` with
//!
//! ```text
//! Bᵀ = [1  0 -1  0]   G = [1  0  0]   Aᵀ = [1  1  1  0]
//!      [0  1  1  0]       [½  ½  ½]        [0  1 -1 -1]
//!      [0 -1  1  0]       [½ -½  ½]
//!      [0  1  0 -1]       [0  0  1]
//! ```
//!
//! so that for each of the 16 places of a tile the sum over channels is a product of matrices: F(2 × 2,
//! 3 × 3) of Lavin and Gray, "Fast algorithms for convolutional neural networks" (2016), section 4.1. The
//! sums are of two or three numbers with weights ±1 and ½, which costs about a bit of accuracy. It is
//! bilinear, so that the cotangent of g is `Gᵀ (Σ (A ȳ Aᵀ) ⊙ (Bᵀ d B)) G` over all tiles, and the cotangent of
//! an image is the convolution of ȳ with the filter turned around, whose G g Gᵀ has rows and columns 0
//! and 3 exchanged.
//!
//! Places are numbered row by row. Transformed images are rows [channels, 16, T] of T tiles, transformed
//! filters [filters, 16, channels], each row with a gap behind it ([`layout::row`]).

mod channels;
mod correlate;
mod filters;
mod images;
mod layout;
mod pull_weight;
#[cfg(test)]
mod tests;
mod tiling;

use crate::array::host::numbers::{Directed, Pairs};
use crate::array::host::real::Real;
use crate::array::windows::Windows;
use correlate::Correlation;
use tiling::Tiling;

/// Tiles of all images below which transforming the filters takes longer than it saves.
const FEWEST: usize = 64;

/// Channels and filters below which transforming the images takes longer than it saves.
const THINNEST: usize = 8;

impl Windows {
    /// Whether the contractions of this many images go through tiles.
    pub(super) fn in_tiles(&self, images: usize) -> bool {
        let tiles = Tiling::of(self).map_or(0, |tiling| images * tiling.count());
        tiles >= FEWEST && self.channels.min(self.filters) >= THINNEST
    }

    /// Numbers of filters that are transformed once for the contractions of this many images: none where they are not.
    pub(crate) fn transformed(&self, images: usize) -> usize {
        let needed = !(self.forward_is_direct() && self.pull_input_is_direct());
        if needed && self.in_tiles(images) {
            filters::transformed(self.filters, self.channels)
        } else {
            0
        }
    }

    /// The filters w [c_out, …] transformed, [`transformed`](Self::transformed) numbers.
    pub(crate) fn transform_filters<T: Real>(&self, weight: &[T], out: &mut [T]) {
        filters::transform(weight, self.channels, out);
    }

    /// [`forward`](Self::forward) for [`in_tiles`](Self::in_tiles).
    pub(super) fn forward_in_tiles<T: Real>(
        &self,
        pairs: &Pairs<T>,
        known: Option<&[T]>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let correlation = Correlation {
            tiling: Tiling::of(self).expect("the caller asked `in_tiles`"),
            channels: self.channels,
            filters: self.filters,
            turned: false,
        };
        correlation.run(pairs, known, bias, directions, out);
    }

    /// [`pull_input`](Self::pull_input) for [`in_tiles`](Self::in_tiles).
    pub(super) fn pull_input_in_tiles<T: Real>(
        &self,
        pairs: &Pairs<T>,
        known: Option<&[T]>,
        directions: usize,
        out: &mut [T],
    ) {
        let correlation = Correlation {
            tiling: Tiling::of(self)
                .expect("the caller asked `in_tiles`")
                .turned(),
            channels: self.filters,
            filters: self.channels,
            turned: true,
        };
        let pairs: Vec<_> = pairs
            .iter()
            .map(|&(weight, cotangent)| (cotangent, weight))
            .collect();
        correlation.run(&pairs, known, None, directions, out);
    }
}
