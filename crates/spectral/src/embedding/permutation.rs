//! Tests against shuffled labels.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::error::spectral_error::SpectralError;
use crate::operator::probes::stream;

/// Options of a permutation test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PermutationOptions {
    /// Number of shuffles, at least 2.
    pub permutations: usize,
    /// Seed of the shuffles.
    pub seed: u64,
}

impl Default for PermutationOptions {
    /// 999 shuffles: the smallest p-value is 0.001.
    fn default() -> Self {
        Self {
            permutations: 999,
            seed: 0,
        }
    }
}

/// A score, and what it is when the labels are shuffled.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PermutationTest {
    /// The score of the labels given.
    pub value: f64,
    /// Mean of the score over the shuffles.
    pub null_mean: f64,
    /// Its standard deviation over them, with n - 1 below.
    pub null_standard_deviation: f64,
    /// `(1 + b) / (1 + m)`, b of m shuffles scoring at least as high: one-sided, and valid at any m (Phipson & Smyth 2010).
    pub p_value: f64,
    /// Number of shuffles, m.
    pub permutations: usize,
}

/// Scores the labels and their shuffles. Shuffle k depends on the seed, the number of labels and k alone.
pub(super) fn permutation_test(
    labels: &[usize],
    options: &PermutationOptions,
    score: impl Fn(&[usize]) -> f64,
) -> Result<PermutationTest, SpectralError> {
    let count = options.permutations;
    SpectralError::require(
        count >= 2,
        "permutations",
        format_args!("must be at least 2, found {count}"),
    )?;
    let value = score(labels);
    let scores: Vec<f64> = (0..count as u64)
        .map(|k| {
            // Streams that no probe uses.
            let mut rng = stream(options.seed, k | 1 << 63);
            let mut shuffled = labels.to_vec();
            for i in (1..shuffled.len()).rev() {
                shuffled.swap(i, below(&mut rng, i as u64 + 1) as usize);
            }
            score(&shuffled)
        })
        .collect();
    let mean = scores.iter().sum::<f64>() / count as f64;
    let variance = scores.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / (count - 1) as f64;
    // A shuffle that gives the same partition may differ from the value in its last bits.
    let high = scores.iter().filter(|&&s| s >= value - 1e-12).count();
    Ok(PermutationTest {
        value,
        null_mean: mean,
        null_standard_deviation: variance.sqrt(),
        p_value: (1 + high) as f64 / (1 + count) as f64,
        permutations: count,
    })
}

/// Uniform on 0 .. bound, without bias: draws beyond the last multiple of the bound are repeated.
fn below(rng: &mut ChaCha12Rng, bound: u64) -> u64 {
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let draw = rng.next_u64();
        if draw < limit {
            return draw % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chi-square of the 24 orders of four labels over 24000 shuffles; 23 degrees of freedom, 49.7 at p = 0.001.
    #[test]
    fn shuffles_are_uniform() -> Result<(), SpectralError> {
        let counts = std::cell::RefCell::new(std::collections::BTreeMap::new());
        let options = PermutationOptions {
            permutations: 24_000,
            seed: 3,
        };
        permutation_test(&[0, 1, 2, 3], &options, |order| {
            *counts.borrow_mut().entry(order.to_vec()).or_insert(0.0_f64) += 1.0;
            0.0
        })?;
        let counts = counts.borrow();
        assert_eq!(counts.len(), 24);
        let square: f64 = counts
            .values()
            .map(|n| (n - 1000.0) * (n - 1000.0) / 1000.0)
            .sum();
        assert!(square < 49.7, "{square}");
        Ok(())
    }
}
