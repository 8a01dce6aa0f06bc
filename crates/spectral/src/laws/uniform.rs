//! Uniform numbers that are the same on every platform.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;

use crate::operator::probes::stream_of;

/// A stream of uniform numbers, a function of a seed and of what it is for.
pub(super) struct Uniform(ChaCha12Rng);

impl Uniform {
    pub fn new(seed: u64, purpose: u64) -> Self {
        Self(stream_of(b"hesscope laws", seed, purpose))
    }

    /// Uniform on the multiples of 2^-53 in [0, 1).
    pub fn next(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in `0..bound`.
    pub fn index(&mut self, bound: usize) -> usize {
        ((self.next() * bound as f64) as usize).min(bound.saturating_sub(1))
    }
}
