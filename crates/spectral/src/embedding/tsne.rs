//! Exact t-SNE.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::affinities::affinities;
use super::distances::Distances;
use crate::error::spectral_error::SpectralError;
use crate::numeric::portable::ln_portable;
use crate::operator::probes::{ProbeKind, Probes};

/// Options of [`tsne`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TsneOptions {
    /// Effective number of neighbours of a point: at least 1, below the number of points less one.
    pub perplexity: f64,
    /// Seed of the initial embeddings.
    pub seed: u64,
    /// Initial embeddings tried; the one that ends with the least divergence is returned.
    pub starts: usize,
    /// Steps of gradient descent.
    pub iterations: usize,
    /// How many of those are run with exaggerated affinities and the smaller momentum.
    pub exaggerated_iterations: usize,
    /// What the affinities are multiplied by in that time.
    pub early_exaggeration: f64,
    /// Length of a step; none for `max(n / early_exaggeration / 4, 50)` (Belkina et al. 2019). For a few tens of points
    /// that is long: a start may end high, which `kl_divergences` shows; several starts, or 10, help.
    pub learning_rate: Option<f64>,
}

impl Default for TsneOptions {
    /// Perplexity 30 and one start; 1000 steps, the first 250 exaggerated 12 times.
    fn default() -> Self {
        Self {
            perplexity: 30.0,
            seed: 0,
            starts: 1,
            iterations: 1000,
            exaggerated_iterations: 250,
            early_exaggeration: 12.0,
            learning_rate: None,
        }
    }
}

/// An embedding in the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Tsne {
    /// Coordinates of the n points, of mean zero.
    pub embedding: Vec<[f64; 2]>,
    /// `KL(P || Q)` of this embedding, in nats.
    pub kl_divergence: f64,
    /// The same of every start, in order.
    pub kl_divergences: Vec<f64>,
    /// The perplexity each point came to; it exceeds the one asked for where more points coincide.
    pub perplexities: Vec<f64>,
}

/// Embeds points in the plane from their distances by exact t-SNE: van der Maaten & Hinton, "Visualizing data using
/// t-SNE", JMLR 2008.
///
/// Gradient descent with gains and with momentum 0.5, then 0.8; start s begins from the normal deviates of probe s, of
/// standard deviation 1e-4. Time is O(n^2) a step, memory n^2. The result is a pure function of distances and options: the
/// same bits whatever the number of threads and the platform.
pub fn tsne(distances: &Distances, options: &TsneOptions) -> Result<Tsne, SpectralError> {
    check(options)?;
    let affinities = affinities(distances, options.perplexity)?;
    let n = distances.points();
    let probes = Probes::new(ProbeKind::Gaussian, options.seed);
    let mut best: Option<(f64, Vec<[f64; 2]>)> = None;
    let mut kl_divergences = Vec::with_capacity(options.starts);
    for start in 0..options.starts {
        let deviates = probes.host(2 * n, start as u64);
        let initial = deviates.chunks_exact(2).map(|c| [1e-4 * c[0], 1e-4 * c[1]]);
        let embedding = descend(&affinities.joint, initial.collect(), options);
        let divergence = divergence(&affinities.joint, &embedding);
        SpectralError::require(
            divergence.is_finite(),
            "learning_rate",
            "the embedding diverged; use a smaller one",
        )?;
        kl_divergences.push(divergence);
        if best.as_ref().is_none_or(|(least, _)| divergence < *least) {
            best = Some((divergence, embedding));
        }
    }
    let (kl_divergence, embedding) =
        best.ok_or_else(|| SpectralError::option("starts", "must be at least 1"))?;
    Ok(Tsne {
        embedding,
        kl_divergence,
        kl_divergences,
        perplexities: affinities.perplexities,
    })
}

/// The function t-SNE minimises, `KL(P || Q) = sum_ij p_ij ln(p_ij / q_ij)` in nats, at any embedding of the points.
pub fn kl_divergence(
    distances: &Distances,
    perplexity: f64,
    embedding: &[[f64; 2]],
) -> Result<f64, SpectralError> {
    SpectralError::require_size(
        "points of the embedding",
        distances.points(),
        embedding.len(),
    )?;
    Ok(divergence(
        &affinities(distances, perplexity)?.joint,
        embedding,
    ))
}

fn check(options: &TsneOptions) -> Result<(), SpectralError> {
    SpectralError::require_positive("starts", options.starts)?;
    SpectralError::require(
        options.exaggerated_iterations <= options.iterations,
        "exaggerated_iterations",
        format_args!("must be at most `iterations`, {}", options.iterations),
    )?;
    let positive = |x: f64| x.is_finite() && x > 0.0;
    SpectralError::require(
        positive(options.early_exaggeration),
        "early_exaggeration",
        "must be positive and finite",
    )?;
    SpectralError::require(
        options.learning_rate.is_none_or(positive),
        "learning_rate",
        "must be positive and finite",
    )?;
    Ok(())
}

fn descend(joint: &[f64], mut y: Vec<[f64; 2]>, options: &TsneOptions) -> Vec<[f64; 2]> {
    let n = y.len();
    let automatic = (n as f64 / options.early_exaggeration / 4.0).max(50.0);
    let rate = options.learning_rate.unwrap_or(automatic);
    let mut velocity = vec![[0.0_f64; 2]; n];
    let mut gains = vec![[1.0_f64; 2]; n];
    for iteration in 0..options.iterations {
        let early = iteration < options.exaggerated_iterations;
        if iteration == options.exaggerated_iterations {
            // A new function to descend: what was learnt of the other's slopes is forgotten.
            velocity.fill([0.0; 2]);
            gains.fill([1.0; 2]);
        }
        let exaggeration = if early {
            options.early_exaggeration
        } else {
            1.0
        };
        let momentum = if early { 0.5 } else { 0.8 };
        let gradient = gradient(joint, &y, exaggeration);
        let moving = y.iter_mut().zip(&mut velocity).zip(&mut gains);
        for (((point, speeds), gains), slopes) in moving.zip(&gradient) {
            for (((place, speed), gain), slope) in
                point.iter_mut().zip(speeds).zip(gains).zip(slopes)
            {
                *gain = if slope * *speed < 0.0 {
                    *gain + 0.2
                } else {
                    (*gain * 0.8).max(0.01)
                };
                *speed = momentum * *speed - rate * *gain * slope;
                *place += *speed;
            }
        }
        centre(&mut y);
    }
    y
}

/// `4 sum_j (e p_ij - q_ij) w_ij (y_i - y_j)` with `w_ij = 1 / (1 + |y_i - y_j|^2)`, `q_ij = w_ij / sum w`.
///
/// Each row is summed in order and rows are joined in order, so threads change no bit.
fn gradient(joint: &[f64], y: &[[f64; 2]], exaggeration: f64) -> Vec<[f64; 2]> {
    let rows: Vec<([f64; 2], [f64; 2], f64)> = joint
        .par_chunks_exact(y.len())
        .zip(y)
        .enumerate()
        .map(|(i, (probabilities, point))| {
            let (mut attraction, mut repulsion, mut total) = ([0.0; 2], [0.0; 2], 0.0);
            for (j, (p, other)) in probabilities.iter().zip(y).enumerate() {
                if i == j {
                    continue;
                }
                let step = [point[0] - other[0], point[1] - other[1]];
                let weight = 1.0 / (1.0 + step[0] * step[0] + step[1] * step[1]);
                total += weight;
                attraction[0] += p * weight * step[0];
                attraction[1] += p * weight * step[1];
                repulsion[0] += weight * weight * step[0];
                repulsion[1] += weight * weight * step[1];
            }
            (attraction, repulsion, total)
        })
        .collect();
    let total: f64 = rows.iter().map(|row| row.2).sum();
    rows.iter()
        .map(|(attraction, repulsion, _)| {
            [0, 1].map(|axis| 4.0 * (exaggeration * attraction[axis] - repulsion[axis] / total))
        })
        .collect()
}

fn centre(y: &mut [[f64; 2]]) {
    for axis in 0..2 {
        let mean = y.iter().map(|point| point[axis]).sum::<f64>() / y.len() as f64;
        y.iter_mut().for_each(|point| point[axis] -= mean);
    }
}

/// `sum p ln p + sum p ln(1 + d^2) + ln sum w`, pairs with p = 0 adding nothing.
fn divergence(joint: &[f64], y: &[[f64; 2]]) -> f64 {
    let rows: Vec<(f64, f64)> = joint
        .par_chunks_exact(y.len())
        .zip(y)
        .enumerate()
        .map(|(i, (probabilities, point))| {
            let (mut cost, mut total) = (0.0, 0.0);
            for (j, (&p, other)) in probabilities.iter().zip(y).enumerate() {
                if i == j {
                    continue;
                }
                let step = [point[0] - other[0], point[1] - other[1]];
                let spread = 1.0 + step[0] * step[0] + step[1] * step[1];
                total += 1.0 / spread;
                if p > 0.0 {
                    cost += p * (ln_or_nan(p) + ln_or_nan(spread));
                }
            }
            (cost, total)
        })
        .collect();
    let mass: f64 = joint.iter().sum();
    rows.iter().map(|row| row.0).sum::<f64>() + mass * ln_or_nan(rows.iter().map(|row| row.1).sum())
}

/// `ln x`, NaN where the embedding has left the finite numbers, for which [`ln_portable`] is not made.
fn ln_or_nan(x: f64) -> f64 {
    if x.is_normal() {
        ln_portable(x)
    } else {
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The gradient against central differences of the divergence.
    #[test]
    fn gradient_is_that_of_the_divergence() {
        let n = 12;
        let probes = Probes::new(ProbeKind::Gaussian, 5);
        let weights = probes.host(n * n, 0);
        let mut joint = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..i {
                let weight = weights[i * n + j].abs();
                (joint[i * n + j], joint[j * n + i]) = (weight, weight);
            }
        }
        let mass: f64 = joint.iter().sum();
        joint.iter_mut().for_each(|p| *p /= mass);
        let y: Vec<[f64; 2]> = probes
            .host(2 * n, 1)
            .chunks(2)
            .map(|c| [c[0], c[1]])
            .collect();
        let gradient = gradient(&joint, &y, 1.0);
        for (i, slopes) in gradient.iter().enumerate() {
            for (axis, found) in slopes.iter().enumerate() {
                let at = |shift: f64| {
                    let mut moved = y.clone();
                    moved[i][axis] += shift;
                    divergence(&joint, &moved)
                };
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((slope - found).abs() < 1e-9, "{i} {axis}");
            }
        }
    }
}
