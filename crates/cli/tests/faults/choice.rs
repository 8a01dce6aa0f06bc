//! Choices that follow from a seed.

use std::time::Duration;

/// A stream of numbers (SplitMix64), the same for the same seed and name.
pub struct Choice(u64);

impl Choice {
    /// A stream of its own for each name.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut choice = Choice(seed);
        for byte in name.bytes() {
            choice.0 = choice.next() ^ u64::from(byte);
        }
        choice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to 1, without 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One of these, of which there is at least one.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A moment of a command that takes so long.
    pub fn moment(&mut self, duration: Duration) -> Duration {
        duration.mul_f64(1.1 * self.share())
    }
}
