//! Uniform numbers that are the same on every platform.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of uniform numbers, a function of a seed and of what it is for.
pub(super) struct Uniform(ChaCha12Rng);

impl Uniform {
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..21].copy_from_slice(b"hesscope laws");
        let mut rng = ChaCha12Rng::from_seed(key);
        rng.set_stream(purpose);
        Self(rng)
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
