//! Direct convolution: sums over a window's elements and channels in registers, with nothing unfolded or transformed.
//!
//! Where images have few channels or there are few filters, columns and tiles cost more than the products that
//! they are made for. Here every number that is read from a framed image ([`frame`]) meets a block of filters at once
//! ([`slide`]), and the sums are written once.

mod correlate;
mod frame;
mod planes;
mod pull_weight;
mod slide;
#[cfg(test)]
mod tests;
mod weights;

use crate::array::host::numbers::{Directed, Pairs};
use crate::array::host::real::Real;
use crate::array::windows::Windows;
use correlate::Correlation;
use frame::Frame;
use slide::SMALLEST;

/// Channels or filters up to which this may be faster than tiles and columns.
const THIN: usize = 16;

/// Pixels up to which outputs of more channels are computed faster like this, too: there are few tiles.
const SMALL: usize = 256;

/// Elements of a window below which a product of matrices needs little unfolding.
const FEWEST: usize = 4;

impl Windows {
    pub(super) fn forward_is_direct(&self) -> bool {
        self.correlates_directly(self.channels, self.filters, self.pixels())
    }

    pub(super) fn pull_input_is_direct(&self) -> bool {
        self.correlates_directly(self.filters, self.channels, self.plane())
    }

    pub(super) fn pull_weight_is_direct(&self) -> bool {
        self.channels.min(self.filters) <= THIN && self.is_framed()
    }

    /// Whether outputs of so many pixels under `filters` filters are computed directly.
    fn correlates_directly(&self, channels: usize, filters: usize, pixels: usize) -> bool {
        (SMALLEST..=THIN).contains(&filters)
            && (channels <= THIN || pixels <= SMALL)
            && self.is_framed()
    }

    fn is_framed(&self) -> bool {
        self.elements() >= FEWEST && Frame::of(self).is_some()
    }

    /// [`forward`](Self::forward) for [`forward_is_direct`](Self::forward_is_direct).
    pub(super) fn forward_directly<T: Real>(
        &self,
        pairs: &Pairs<T>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let correlation = Correlation {
            frame: Frame::of(self).expect("the caller asked whether it is direct"),
            channels: self.channels,
            filters: self.filters,
            turned: false,
        };
        correlation.run(pairs, bias, directions, out);
    }

    /// [`pull_input`](Self::pull_input) for [`pull_input_is_direct`](Self::pull_input_is_direct).
    pub(super) fn pull_input_directly<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        out: &mut [T],
    ) {
        let frame = Frame::of(self).expect("the caller asked whether it is direct");
        let correlation = Correlation {
            frame: frame.turned(),
            channels: self.filters,
            filters: self.channels,
            turned: true,
        };
        let pairs: Vec<_> = pairs
            .iter()
            .map(|&(weight, cotangent)| (cotangent, weight))
            .collect();
        correlation.run(&pairs, None, directions, out);
    }
}
