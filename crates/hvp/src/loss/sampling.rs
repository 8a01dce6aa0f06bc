//! Targets drawn from the distribution a network itself predicts, for Monte-Carlo estimates of the
//! Fisher matrix.
//!
//! Each loss of a row is, up to a constant, a multiple s of -log p(q | z): cross-entropy of the
//! categorical distribution softmax(z) with s = 1, the mean squared error of the normal distribution
//! N(z, C/2 I) with s = 1, binary cross-entropy of C Bernoulli variables σ(z) with s = 1/C, since it
//! is a mean over them. With g the gradient of the row's loss at a target drawn so, E\[g gᵀ\] = s S, S
//! being the Hessian of the row's loss in the logits: Martens, "New insights and perspectives on the
//! natural gradient method" (2020), sections 5 and 9.

use super::of_row::Loss;
use super::value::{logistic, softmax};

/// Steele, Lea and Flood's generator "SplitMix" (2014): a counter and a hash of it.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl SplitMix64 {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        SplitMix64(seed)
    }

    /// A generator of its own for one draw of one row, so that what is drawn depends neither on the
    /// mini-batches nor on the order they are computed in.
    pub fn for_row(seed: u64, row: usize, draw: usize) -> Self {
        let keyed = mix(seed.wrapping_add(STRIDE)) ^ row as u64;
        SplitMix64(mix(mix(keyed.wrapping_add(STRIDE)) ^ draw as u64))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STRIDE);
        mix(self.0)
    }

    /// A multiple of 2^-53 in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A standard normal number, by the method of Box and Muller.
    pub fn normal(&mut self) -> f64 {
        // One minus a number below one is above zero, where the logarithm is finite.
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

impl Loss {
    /// A target \[C\] drawn from the distribution that logits \[C\] predict under this loss.
    pub fn sample(&self, logits: &[f64], generator: &mut SplitMix64) -> Vec<f64> {
        match self {
            Loss::CrossEntropy { .. } => {
                let mut target = vec![0.0; logits.len()];
                target[category(&softmax(logits), generator.uniform())] = 1.0;
                target
            }
            Loss::MeanSquaredError => {
                let deviation = (logits.len() as f64 / 2.0).sqrt();
                let draw = |z: &f64| z + deviation * generator.normal();
                logits.iter().map(draw).collect()
            }
            Loss::BinaryCrossEntropy => {
                let draw = |&z: &f64| f64::from(u8::from(generator.uniform() < logistic(z)));
                logits.iter().map(draw).collect()
            }
        }
    }

    /// The factor s for which the loss of a row is s times minus the log-likelihood of its target, so
    /// that over targets of [`sample`](Self::sample) E\[g gᵀ\] = s S.
    pub fn likelihood_scale(&self, classes: usize) -> f64 {
        match self {
            Loss::CrossEntropy { .. } | Loss::MeanSquaredError => 1.0,
            Loss::BinaryCrossEntropy => 1.0 / classes as f64,
        }
    }
}

/// The class in whose part of [0, 1) a number lies; the last likely one where rounding leaves none.
fn category(probabilities: &[f64], at: f64) -> usize {
    let mut above = 0.0;
    let mut last = 0;
    for (class, &probability) in probabilities.iter().enumerate() {
        above += probability;
        if at < above {
            return class;
        }
        if probability > 0.0 {
            last = class;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::loss::Seeds;
    use crate::precision::Precision;
    use burn::tensor::Device;

    #[test]
    fn the_generator_is_splitmix64() {
        let mut generator = SplitMix64::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!([(); 3].map(|()| generator.bits()), expected);
    }

    #[test]
    fn every_row_and_draw_has_a_stream_of_its_own() {
        let first = |seed, row, draw| SplitMix64::for_row(seed, row, draw).bits();
        let mut seen = Vec::new();
        for seed in 0..4 {
            for row in 0..4 {
                for draw in 0..4 {
                    seen.push(first(seed, row, draw));
                    assert_eq!(seen.last(), Some(&first(seed, row, draw)));
                }
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 64);
    }

    #[test]
    fn a_category_is_the_part_a_number_lies_in() {
        let p = [0.25, 0.0, 0.5, 0.25, 0.0];
        for (at, expected) in [(0.0, 0), (0.2, 0), (0.25, 2), (0.7, 2), (0.75, 3), (0.9, 3)] {
            assert_eq!(category(&p, at), expected, "{at}");
        }
        // Rounding may leave the sum below one.
        assert_eq!(category(&[0.3, 0.5, 0.0], 0.9), 1);
    }

    /// The second moment of the gradient over many draws is s S, to five standard errors.
    #[test]
    fn gradients_at_drawn_targets_have_the_hessian_as_their_second_moment() {
        const DRAWS: usize = 20_000;
        let z = [0.4, -1.1, 0.9];
        let classes = z.len();
        let array = |values: Vec<f64>, shape: &[usize]| {
            Array::from_vec(values, shape, Precision::F64, &Device::flex())
        };
        for loss in [
            Loss::default(),
            Loss::MeanSquaredError,
            Loss::BinaryCrossEntropy,
        ] {
            let mut targets = Vec::new();
            for draw in 0..DRAWS {
                targets.extend(loss.sample(&z, &mut SplitMix64::for_row(3, 0, draw)));
            }
            let logits = array(z.repeat(DRAWS), &[DRAWS, classes]);
            let weights = array(vec![1.0; DRAWS], &[DRAWS, 1]);
            let seeds = Seeds::at(loss, &logits, &array(targets, &[DRAWS, classes]), &weights);
            let gradients = seeds.gradient.to_f64().expect("numbers");
            for a in 0..classes {
                let mut unit = vec![0.0; classes];
                unit[a] = 1.0;
                let unit = array(unit, &[1, 1, classes]).expand(&[1, DRAWS, classes]);
                let column = seeds.curvature(&unit).to_f64().expect("numbers");
                for b in 0..classes {
                    let products: Vec<f64> =
                        gradients.chunks(classes).map(|g| g[a] * g[b]).collect();
                    let count = DRAWS as f64;
                    let mean = products.iter().sum::<f64>() / count;
                    let spread = products
                        .iter()
                        .map(|x| (x - mean) * (x - mean))
                        .sum::<f64>();
                    let error = (spread / count).sqrt() / count.sqrt();
                    let expected = loss.likelihood_scale(classes) * column[b];
                    assert!(
                        (mean - expected).abs() < 5.0 * error,
                        "{}: {mean} for {expected}, {error}",
                        loss.name()
                    );
                }
                let mean: f64 = gradients.chunks(classes).map(|g| g[a]).sum::<f64>() / DRAWS as f64;
                assert!(mean.abs() < 0.03, "{}: {mean}", loss.name());
            }
        }
    }
}
