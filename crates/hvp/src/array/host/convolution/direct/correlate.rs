//! Convolution of images with filters, or with filters that are turned around.

use pulp::Arch;
use rayon::prelude::*;

use super::frame::{Frame, Stretch};
use super::planes::Planes;
use super::slide::{LARGEST, SMALLEST, Slide};
use super::weights::{Weights, blocks};
use crate::array::host::numbers::{Directed, Pairs};
use crate::array::host::real::Real;
use crate::array::host::scratch::workspace;
use crate::array::host::wide::wide;

/// Numbers of the framed channels that are gone over together, about: few enough for the nearest cache.
const CACHED: usize = 1 << 13;

/// A convolution over images of some channels with filters, or with filters that are turned around, as they
/// take cotangents of their outputs back.
pub(super) struct Correlation {
    pub frame: Frame,
    /// Channels of the images.
    pub channels: usize,
    /// Channels of the output.
    pub filters: usize,
    /// Whether the filters [channels, filters, …] are turned around.
    pub turned: bool,
}

impl Correlation {
    /// The sum over pairs of images [L, n, channels, …] and weights [M, …], with a bias [K, filters], into `out` [K, n,
    /// filters, …].
    pub fn run<T: Real>(
        &self,
        pairs: &Pairs<T>,
        bias: Option<&Directed<T>>,
        directions: usize,
        out: &mut [T],
    ) {
        let taps = self.frame.taps();
        let sizes = [self.filters, self.channels, taps.len()];
        let weights: Vec<Weights<T>> = pairs
            .iter()
            .map(|(_, weight)| Weights::of(weight, sizes, self.turned))
            .collect();
        let pixels = self.frame.pixels_out();
        let images = out.len() / (directions * self.filters * pixels);
        let stretches = self.frame.stretches(images);
        let [together, lines] = self.frame.together(images);
        let bands = self.frame.output[0].div_ceil(lines);
        out.par_chunks_mut(images * self.filters * pixels)
            .enumerate()
            .for_each(|(k, out)| {
                // The parts of all planes that each stretch writes.
                let mut tasks: Vec<Vec<&mut [T]>> = stretches.iter().map(|_| Vec::new()).collect();
                for (index, plane) in out.chunks_mut(pixels).enumerate() {
                    let task = index / self.filters / together * bands;
                    let parts = plane.chunks_mut(lines * self.frame.output[1]);
                    for (task, part) in tasks[task..].iter_mut().zip(parts) {
                        task.push(part);
                    }
                }
                let tasks = tasks.into_par_iter().zip(&stretches);
                tasks.for_each(|(parts, stretch)| {
                    let step = self.frame.spread(stretch);
                    let mut sums = workspace(self.filters.next_multiple_of(SMALLEST) * step);
                    let mut onto = false;
                    for ((images, _), weights) in pairs.iter().zip(&weights) {
                        let images = images.direction(k);
                        self.slide(images, (weights, k), &taps, stretch, onto, &mut sums);
                        onto = true;
                    }
                    for (index, part) in parts.into_iter().enumerate() {
                        let (below, filter) = (index / self.filters, index % self.filters);
                        let sums = &sums[filter * step..][..step];
                        let shift = bias.map_or(T::ZERO, |bias| bias.direction(k)[filter]);
                        wide(
                            #[inline(always)]
                            || self.frame.narrow(sums, below, shift, part),
                        );
                    }
                });
            });
    }

    /// Adds a stretch of images under the weights of a direction to sums [filters, …], or writes it.
    fn slide<T: Real>(
        &self,
        images: &[T],
        (weights, k): (&Weights<T>, usize),
        taps: &[usize],
        stretch: &Stretch,
        mut onto: bool,
        sums: &mut [T],
    ) {
        let (framed, step) = (self.frame.framed(stretch), self.frame.spread(stretch));
        let together = (CACHED / framed).clamp(1, self.channels);
        let images = Planes::of(images, self.channels, self.frame.pixels_in());
        let mut channels = workspace(together * framed);
        for first in (0..self.channels).step_by(together) {
            let these = first..(first + together).min(self.channels);
            let channels = &mut channels[..these.len() * framed];
            for (index, channel) in these.clone().zip(channels.chunks_mut(framed)) {
                wide(
                    #[inline(always)]
                    || {
                        self.frame
                            .frame(stretch, |image| images.plane(image, index), channel)
                    },
                );
            }
            let numbers = these.start * taps.len()..these.end * taps.len();
            for block in blocks(self.filters) {
                let weights = weights.of_block(k, &block, numbers.clone());
                let out = &mut sums[block.start * step..block.end * step];
                macro_rules! slide {
                    ($filters:expr) => {
                        Arch::new().dispatch(Slide::<T, { $filters }> {
                            channels,
                            framed,
                            weights,
                            taps,
                            out,
                            onto,
                        })
                    };
                }
                match block.len() {
                    LARGEST => slide!(LARGEST),
                    SMALLEST => slide!(SMALLEST),
                    _ => slide!(2 * SMALLEST),
                }
            }
            onto = true;
        }
    }
}
