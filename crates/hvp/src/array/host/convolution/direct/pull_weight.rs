//! The cotangent of filters: inner products of framed images, moved, with cotangents of their outputs.

use std::array;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::frame::{Frame, Stretch};
use super::planes::Planes;
use crate::array::host::lanes::Vector;
use crate::array::host::numbers::Pairs;
use crate::array::host::real::Real;
use crate::array::host::scratch::workspace;
use crate::array::host::wide::wide;
use crate::array::windows::Windows;

/// Filters and elements of a window whose inner products are taken together: their sums, and what they are sums of, stay in
/// sixteen registers.
const FILTERS: usize = 4;
const ELEMENTS: usize = 3;

/// Sums that are added up apart, about: enough for as many threads.
const APART: usize = 32;

impl Windows {
    /// [`pull_weight`](Self::pull_weight) for [`pull_weight_is_direct`](Self::pull_weight_is_direct).
    pub(in super::super) fn pull_weight_directly<T: Real>(
        &self,
        pairs: &Pairs<T>,
        directions: usize,
        images: usize,
        out: &mut [T],
    ) {
        let frame = Frame::of(self).expect("the caller asked whether it is direct");
        let taps = frame.taps();
        let stretches = frame.stretches(images);
        // How many stretches are added up apart depends on nothing but the extents, so that sums are always the same.
        let each = stretches.len().div_ceil(APART.div_ceil(directions));
        let parts = stretches.len().div_ceil(each);
        // [K, parts, channels, blocks of filters, elements of a window, filters of a block]
        let filters = self.filters.next_multiple_of(FILTERS);
        let mut sums = workspace(directions * parts * self.channels * filters * taps.len());
        sums.par_chunks_mut(self.channels * filters * taps.len())
            .enumerate()
            .for_each(|(index, sums)| {
                let (k, part) = (index / parts, index % parts);
                sums.fill(T::ZERO);
                for stretch in stretches.chunks(each).nth(part).unwrap_or_default() {
                    for (x, cotangent) in pairs {
                        let planes = [
                            Planes::of(x.direction(k), self.channels, frame.pixels_in()),
                            Planes::of(cotangent.direction(k), self.filters, frame.pixels_out()),
                        ];
                        add_up(&frame, &taps, stretch, planes, sums);
                    }
                }
            });
        let per_direction = sums.len() / directions;
        for (sums, out) in sums
            .chunks_mut(per_direction)
            .zip(out.chunks_mut(self.filters * self.window()))
        {
            let (sums, others) = sums.split_at_mut(per_direction / parts);
            for other in others.chunks(sums.len()) {
                wide(
                    #[inline(always)]
                    || sums.iter_mut().zip(other).for_each(|(sum, &x)| *sum += x),
                );
            }
            let at = |filter: usize, place: usize| {
                let (channel, element) = (place / taps.len(), place % taps.len());
                let block = channel * filters / FILTERS + filter / FILTERS;
                sums[(block * taps.len() + element) * FILTERS + filter % FILTERS]
            };
            for (filter, out) in out.chunks_mut(self.window()).enumerate() {
                for (place, out) in out.iter_mut().enumerate() {
                    *out = at(filter, place);
                }
            }
        }
    }
}

/// Adds what a stretch of images and cotangents gives to sums [channels, blocks of filters, …].
fn add_up<T: Real>(
    frame: &Frame,
    taps: &[usize],
    stretch: &Stretch,
    [images, cotangents]: [Planes<T>; 2],
    sums: &mut [T],
) {
    let (framed, spread) = (frame.framed(stretch), frame.spread(stretch));
    let mut channel = workspace(framed);
    let mut outputs = workspace(cotangents.count.next_multiple_of(FILTERS) * spread);
    for (filter, output) in outputs.chunks_mut(spread).enumerate() {
        if filter >= cotangents.count {
            output.fill(T::ZERO);
            continue;
        }
        wide(
            #[inline(always)]
            || frame.widen(stretch, |image| cotangents.plane(image, filter), output),
        );
    }
    for (index, sums) in sums.chunks_mut(sums.len() / images.count).enumerate() {
        wide(
            #[inline(always)]
            || frame.frame(stretch, |image| images.plane(image, index), &mut channel),
        );
        let blocks = outputs.chunks(FILTERS * spread);
        for (sums, outputs) in sums.chunks_mut(FILTERS * taps.len()).zip(blocks) {
            Arch::new().dispatch(Pull {
                channel: &channel,
                outputs,
                taps,
                sums,
            });
        }
    }
}

/// Adds the inner products of the outputs of a block of filters with a framed channel, moved by each element of a window,
/// to sums [elements, filters].
struct Pull<'a, T> {
    channel: &'a [T],
    /// As many numbers for each filter.
    outputs: &'a [T],
    taps: &'a [usize],
    sums: &'a mut [T],
}

impl<T: Real> WithSimd for Pull<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let taps = self.taps.chunks(ELEMENTS);
        for (taps, sums) in taps.zip(self.sums.chunks_mut(ELEMENTS * FILTERS)) {
            // Where fewer elements are left, the last stands for those that are missing, whose sums nobody reads.
            let taps = array::from_fn(|i| taps[i.min(taps.len() - 1)]);
            let found = products(simd, self.channel, self.outputs, taps);
            for (sums, found) in sums.as_chunks_mut::<FILTERS>().0.iter_mut().zip(found) {
                for (sum, found) in sums.iter_mut().zip(found) {
                    *sum += found.sum();
                }
            }
        }
    }
}

#[inline(always)]
fn products<T: Real, S: Simd>(
    simd: S,
    channel: &[T],
    outputs: &[T],
    taps: [usize; ELEMENTS],
) -> [[Vector<T, S>; FILTERS]; ELEMENTS] {
    let len = outputs.len() / FILTERS;
    let vectors = len / Vector::<T, S>::LANES;
    let cut = |numbers| &T::cut::<S>(numbers).0[..vectors];
    let outputs: [_; FILTERS] = array::from_fn(|filter| cut(&outputs[filter * len..][..len]));
    let moved = taps.map(|tap| cut(&channel[tap..tap + len]));
    let mut sums = [[Vector::splat(simd, T::ZERO); FILTERS]; ELEMENTS];
    for at in 0..vectors {
        let y: [Vector<T, S>; FILTERS] = outputs.map(|output| Vector::of(simd, output[at]));
        sums = array::from_fn(|element| {
            let x = Vector::of(simd, moved[element][at]);
            array::from_fn(|filter| x.mul_add(y[filter], sums[element][filter]))
        });
    }
    sums
}
