//! Random streams that are the same on every platform and for every version of the random crates.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// One stream of random numbers, named by what it is for and a few integers.
///
/// Drawing is written out here, on 64-bit integers, because the ready-made range and shuffle
/// routines may change with a release and with the width of `usize`.
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream for `purpose` and `words`; streams of different names are independent.
    pub fn new(purpose: &str, words: &[u64]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"hesscope stream 1");
        hash.update((purpose.len() as u64).to_le_bytes());
        hash.update(purpose);
        for word in words {
            hash.update(word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// Uniform in `0..bound`, without bias; `bound` is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The largest multiple of `bound` that fits: a draw at or above it would favour small results.
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let draw = self.0.next_u64();
            if draw < fair {
                return draw % bound;
            }
        }
    }

    /// Uniform index into something of that length, which is not 0.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// Uniform in `[low, high)`, by operations that IEEE 754 rounds exactly.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        low + (high - low) * unit
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.between(0.0, 1.0) < probability
    }

    /// Moves a uniformly drawn selection, in uniformly drawn order, to the first `count` places.
    ///
    /// What lands in a place does not depend on `count`, so smaller selections are prefixes.
    pub fn draw_to_front<T>(&mut self, items: &mut [T], count: usize) {
        for place in 0..count.min(items.len()) {
            let other = place + self.index(items.len() - place);
            items.swap(place, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_itself_is_pinned() {
        let mut stream = Stream::new("test", &[1, 2]);
        let drawn: Vec<u64> = (0..4).map(|_| stream.below(1000)).collect();
        assert_eq!(drawn, [392, 372, 223, 61]);
    }

    #[test]
    fn names_and_words_make_different_streams() {
        let first = |purpose, words: &[u64]| Stream::new(purpose, words).below(u64::MAX);
        let all = [
            first("a", &[]),
            first("b", &[]),
            first("a", &[0]),
            first("a", &[1]),
            first("a", &[1, 0]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one));
        }
    }

    #[test]
    fn below_is_uniform() {
        let mut stream = Stream::new("uniform", &[]);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[stream.index(7)] += 1;
        }
        // Five standard deviations of a binomial with 70,000 trials and probability 1/7.
        assert!(
            counts.iter().all(|&n| n.abs_diff(10_000) < 463),
            "{counts:?}"
        );
    }
}
