//! The sums of a block of filters over framed channels, in registers.

use std::array;

use pulp::{Simd, WithSimd};

use crate::array::host::lanes::Vector;
use crate::array::host::real::Real;

/// Filters of the largest block: with two vectors of outputs each, their sums fill the registers of the widest
/// instruction sets, and with one those of others.
pub(super) const LARGEST: usize = 12;

/// Filters that there are in the smallest block.
pub(super) const SMALLEST: usize = 4;

/// Adds to the outputs of B filters, or writes them: rows of `out`.
pub(super) struct Slide<'a, T, const B: usize> {
    /// Framed channels, as many as there are weights.
    pub channels: &'a [T],
    /// From a channel to the next.
    pub framed: usize,
    /// [channels, elements of a window, B]
    pub weights: &'a [T],
    pub taps: &'a [usize],
    /// Rows of as many numbers for each filter.
    pub out: &'a mut [T],
    /// Whether what is there counts.
    pub onto: bool,
}

impl<T: Real, const B: usize> WithSimd for Slide<'_, T, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let lanes = Vector::<T, S>::LANES;
        let len = self.out.len() / B;
        let mut at = 0;
        if S::REGISTER_COUNT >= 32 {
            while at + 2 * lanes <= len {
                self.vectors::<S, 2>(simd, at);
                at += 2 * lanes;
            }
        }
        while at < len {
            self.vectors::<S, 1>(simd, at);
            at += lanes;
        }
    }
}

impl<T: Real, const B: usize> Slide<'_, T, B> {
    /// V vectors of each row, the first beginning at `at`.
    #[inline(always)]
    fn vectors<S: Simd, const V: usize>(&mut self, simd: S, at: usize) {
        let lanes = Vector::<T, S>::LANES;
        let len = self.out.len() / B;
        let mut sums = [[Vector::splat(simd, T::ZERO); V]; B];
        if self.onto {
            sums = array::from_fn(|row| {
                array::from_fn(|v| Vector::load(simd, &self.out[row * len + at + v * lanes..]))
            });
        }
        let weights = self.weights.chunks(self.taps.len() * B);
        for (channel, weights) in self.channels.chunks(self.framed).zip(weights) {
            for (&tap, weights) in self.taps.iter().zip(weights.as_chunks::<B>().0) {
                let numbers = &channel[tap + at..][..V * lanes];
                let x: [Vector<T, S>; V] =
                    array::from_fn(|v| Vector::load(simd, &numbers[v * lanes..]));
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = Vector::splat(simd, weight);
                    for (sum, &x) in sums.iter_mut().zip(&x) {
                        *sum = weight.mul_add(x, *sum);
                    }
                }
            }
        }
        for (row, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                sum.store(&mut self.out[row * len + at + v * lanes..]);
            }
        }
    }
}
