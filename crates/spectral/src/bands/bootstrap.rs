//! New probes drawn from what the probes have found.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;

use crate::bands::band_options::BandOptions;
use crate::bands::probe_law::{Shape, normal_distribution};
use crate::density::spectral_density::SpectralDensity;
use crate::numeric::portable::{exp_portable, ln_portable};
use crate::numeric::quadrature::Quadrature;
use crate::operator::probes::{gaussian, stream};
use crate::statistics::bounded::quantile;

/// Simultaneous bands cut off this fraction of the tails that the replicates ask for: the largest of many scores feels most
/// that replicates are drawn from estimated multiplicities. Measured, see `docs/spectral-accuracy.md`.
const SIMULTANEOUS_TAIL: f64 = 0.1;

/// Streams of replicates, clear of any probe's.
const BOOTSTRAP_STREAM: u64 = 1 << 62;

impl SpectralDensity {
    /// Bootstrap replicate `index` of the family `seed`: the same nodes with the weights that as many new probes would give.
    ///
    /// A probe uniform on the sphere gives the eigenvalues of a spectrum with multiplicities `m_i` the weights of a Dirichlet
    /// distribution with parameters `m_i / 2`. The n probes' nodes together, with multiplicities `p w_i / n`, are taken for
    /// the spectrum, and the mean of n new probes is drawn, Dirichlet of parameters `p w_i / 2` (to relative order 1/p): a
    /// parametric bootstrap, which works for few probes and one, where drawing n probes from n with replacement does not.
    /// The result has one quadrature and the same atoms; where the density is exact it is the density.
    pub fn replicate(&self, seed: u64, index: u64) -> Self {
        if self.exact {
            return self.clone();
        }
        let dim = self.dim.saturating_sub(self.atoms.len()) as f64;
        let mut rng = stream(seed, BOOTSTRAP_STREAM + index);
        let mut pairs: Vec<(f64, f64)> = self
            .quadratures
            .iter()
            .flat_map(Quadrature::pairs)
            .map(|(node, weight)| (node, gamma(&mut rng, 0.5 * dim * weight)))
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = pairs.iter().map(|pair| pair.1).sum();
        let quadratures = if pairs.is_empty() {
            Vec::new()
        } else {
            vec![Quadrature {
                nodes: pairs.iter().map(|pair| pair.0).collect(),
                weights: pairs.iter().map(|pair| pair.1 / total).collect(),
            }]
        };
        Self {
            dim: self.dim,
            exact: false,
            quadratures,
            atoms: self.atoms.clone(),
        }
    }

    /// The pointwise level at which intervals hold at all points at once in a fraction `level` of the replicates.
    ///
    /// Each replicate's deviation at a point is turned into a standard normal score by the law's shape there (Wilson &
    /// Hilferty 1931); the largest score over the grid is the statistic (sup-t).
    pub(crate) fn pointwise_level(
        &self,
        shapes: &[(f64, Shape)],
        values: impl Fn(&SpectralDensity) -> Vec<f64>,
        options: &BandOptions,
    ) -> f64 {
        let largest: Vec<f64> = (0..options.replicates as u64)
            .map(|index| {
                values(&self.replicate(options.seed, index))
                    .iter()
                    .zip(shapes)
                    .filter(|(_, (mean, shape))| *mean > 0.0 && shape.deviation > 0.0)
                    .map(|(value, (mean, shape))| score(value / mean - 1.0, shape).abs())
                    .fold(0.0, f64::max)
            })
            .collect();
        let critical = quantile(largest, options.level);
        // Beyond eight standard deviations the law's tails are not worth distinguishing.
        let two_sided = 2.0 * normal_distribution(critical.min(8.0)) - 1.0;
        (1.0 - SIMULTANEOUS_TAIL * (1.0 - two_sided)).max(options.level)
    }
}

/// The normal score of a relative deviation.
fn score(deviation: f64, shape: &Shape) -> f64 {
    let standardised = shape.sign * deviation / shape.deviation;
    let spread = 2.0 / (9.0 * shape.degrees);
    let value = (1.0 + standardised * (2.0 / shape.degrees).sqrt()).max(0.0);
    (value.cbrt() - (1.0 - spread)) / spread.sqrt()
}

/// Uniform on (0, 1), never either.
fn uniform(rng: &mut ChaCha12Rng) -> f64 {
    ((rng.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// A gamma deviate of this shape and scale 1 (Marsaglia & Tsang, "A simple method for generating gamma variables", 2000).
fn gamma(rng: &mut ChaCha12Rng, shape: f64) -> f64 {
    if shape.is_nan() || shape <= 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        let boost = exp_portable(ln_portable(uniform(rng)) / shape);
        return boost * gamma(rng, shape + 1.0);
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = gaussian(rng, 1)[0];
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if ln_portable(uniform(rng)) < 0.5 * x * x + d - d * v + d * ln_portable(v) {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_has_its_moments() {
        for shape in [0.05, 0.5, 1.0, 2.5, 40.0] {
            let mut rng = stream(7, 0);
            let draws: Vec<f64> = (0..40_000).map(|_| gamma(&mut rng, shape)).collect();
            let mean = draws.iter().sum::<f64>() / draws.len() as f64;
            let variance =
                draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / draws.len() as f64;
            assert!(
                (mean / shape - 1.0).abs() < 5.0 / (shape * 40_000.0).sqrt(),
                "{shape} {mean}"
            );
            assert!((variance / shape - 1.0).abs() < 0.3, "{shape} {variance}");
        }
    }
}
