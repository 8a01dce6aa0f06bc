//! The Wasserstein-1 error of an estimated spectral density, over the width of the spectrum.
//!
//! It is `int |F_estimate - F_true| dx / (max - min)`, F the fraction of eigenvalues at most x: how far an eigenvalue stands
//! from its place on average, as a fraction of the width; between 0 and 1. The width is that of the Ritz values, and F is
//! averaged over each of 2048 cells across it, so that 1/2048 is counted as part of every error. An integral of the absolute
//! difference of two curves, it is at most the sum of a sampling part and a truncation part.

use crate::numeric::quadrature::Quadrature;
use crate::operator::probes::{ProbeKind, Probes};

/// Cells of the cumulative density.
const CELLS: usize = 2048;

/// What laying the curve out on cells may hide.
pub(crate) const RESOLUTION: f64 = 1.0 / CELLS as f64;

/// Level of the quantile that bounds the sampling error.
const LEVEL: f64 = 0.975;

/// Draws of the bootstrap.
const DRAWS: usize = 200;

/// Streams of the bootstrap, clear of probes' and restarts'.
const BOOTSTRAP_STREAM: u64 = 1 << 62;

/// The cells across a spectrum.
pub(crate) struct Cells {
    range: [f64; 2],
}

impl Cells {
    /// Those across all nodes; `None` where they are at one place, and every error is zero.
    pub(crate) fn across(quadratures: &[Quadrature]) -> Option<Self> {
        let nodes = quadratures.iter().flat_map(|quadrature| &quadrature.nodes);
        let range = nodes.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &node| {
            [low.min(node), high.max(node)]
        });
        (range[0] < range[1]).then_some(Self { range })
    }

    /// The mean of F over each cell.
    pub(crate) fn curve(&self, quadrature: &Quadrature) -> Vec<f64> {
        let [lower, upper] = self.range;
        let mut curve = vec![0.0; CELLS];
        // Weight that is reached within a cell counts for the part of it that is left; the next cell has it in full.
        let mut carried = vec![0.0; CELLS + 1];
        for (node, weight) in quadrature.pairs() {
            let place = ((node - lower) / (upper - lower)).clamp(0.0, 1.0) * CELLS as f64;
            let cell = (place as usize).min(CELLS - 1);
            curve[cell] += weight * (cell as f64 + 1.0 - place);
            carried[cell + 1] += weight;
        }
        let mut sum = 0.0;
        for (value, weight) in curve.iter_mut().zip(carried) {
            sum += weight;
            *value += sum;
        }
        curve
    }
}

/// `int |f| dx` over the width.
fn integral(curve: &[f64]) -> f64 {
    curve.iter().map(|value| value.abs() * RESOLUTION).sum()
}

/// The distance between the means of two sets of curves.
pub(crate) fn distance(ours: &[Vec<f64>], others: &[Vec<f64>]) -> f64 {
    let difference: Vec<f64> = mean(ours)
        .iter()
        .zip(mean(others))
        .map(|(a, b)| a - b)
        .collect();
    integral(&difference)
}

/// The distance of the mean of n curves from its expectation that is exceeded with probability 2.5%.
///
/// By the multiplier bootstrap: the mean's error is taken to be the process `sum_k g_k (c_k - mean) / sqrt(n (n - 1))`
/// with g independent standard normals (Gine & Zinn 1990; Chernozhukov, Chetverikov & Kato 2013), which has the sample
/// covariance of the mean, times Student's factor `sqrt((n - 1) / chi^2_(n-1))` for its being a sample's, so that for
/// a curve of one degree of freedom it is Student's t exactly. Infinite for one curve.
pub(crate) fn sampling_error(curves: &[Vec<f64>], seed: u64) -> f64 {
    let count = curves.len();
    if count < 2 {
        return f64::INFINITY;
    }
    let centre = mean(curves);
    let probes = Probes::new(ProbeKind::Gaussian, seed);
    let mut distances: Vec<f64> = (0..DRAWS)
        .map(|draw| {
            let normals = probes.host(2 * count - 1, BOOTSTRAP_STREAM + draw as u64);
            let (multipliers, rest) = normals.split_at(count);
            let chi_square: f64 = rest.iter().map(|z| z * z).sum();
            let total: f64 = multipliers.iter().sum();
            let mut process: Vec<f64> = centre.iter().map(|value| -total * value).collect();
            for (g, curve) in multipliers.iter().zip(curves) {
                for (sum, value) in process.iter_mut().zip(curve) {
                    *sum += g * value;
                }
            }
            integral(&process) / (count as f64 * chi_square).sqrt()
        })
        .collect();
    distances.sort_by(f64::total_cmp);
    distances[(LEVEL * DRAWS as f64) as usize]
}

fn mean(curves: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; curves.first().map_or(0, Vec::len)];
    for curve in curves {
        for (sum, value) in mean.iter_mut().zip(curve) {
            *sum += value / curves.len() as f64;
        }
    }
    mean
}
