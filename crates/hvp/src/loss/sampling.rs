//! Targets drawn from the network's own predictions.

/// A number of [0, 1) that depends on the seed, the sample and the row alone, not on batches.
fn uniform(seed: u64, sample: u64, row: u64) -> f64 {
    let stirred = [sample, row]
        .into_iter()
        .fold(mix(seed), |state, word| mix(state ^ mix(word)));
    (stirred >> 11) as f64 / (1u64 << 53) as f64
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// 2014) after one step of its counter.
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A class drawn for logits, by the inverse of the softmax's distribution function.
pub(crate) fn sampled_class(logits: &[f64], seed: u64, sample: usize, row: usize) -> usize {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = logits.iter().map(|z| (z - largest).exp()).collect();
    let mut left = uniform(seed, sample as u64, row as u64) * weights.iter().sum::<f64>();
    for (class, weight) in weights.iter().enumerate() {
        if left < *weight {
            return class;
        }
        left -= weight;
    }
    // Rounding may leave a little more than all of them.
    weights.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_drawn_as_often_as_they_are_likely() {
        let probabilities: [f64; 4] = [0.5, 0.125, 0.3, 0.075];
        let logits = probabilities.map(|p| p.ln() + 3.0);
        let draws = 20_000;
        let mut counts = [0.0; 4];
        for row in 0..draws {
            counts[sampled_class(&logits, 5, row % 7, row)] += 1.0;
        }
        for (count, p) in counts.into_iter().zip(probabilities) {
            let deviation = (p * (1.0 - p) / f64::from(draws as u32)).sqrt();
            let share = count / f64::from(draws as u32);
            assert!((share - p).abs() < 4.0 * deviation, "{share} for {p}");
        }
    }

    #[test]
    fn draws_depend_on_seed_sample_and_row() {
        let logits = [0.0; 16];
        let draws = |seed: u64, sample: usize| -> Vec<usize> {
            (0..64)
                .map(|row| sampled_class(&logits, seed, sample, row))
                .collect()
        };
        assert_eq!(draws(1, 0), draws(1, 0));
        assert_ne!(draws(1, 0), draws(2, 0));
        assert_ne!(draws(1, 0), draws(1, 1));
        assert!(draws(1, 0).windows(2).any(|pair| pair[0] != pair[1]));
    }
}
