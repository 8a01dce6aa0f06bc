//! The affinities of t-SNE.

use rayon::prelude::*;

use super::distances::Distances;
use crate::error::spectral_error::SpectralError;
use crate::numeric::portable::{exp_portable, ln_portable};

/// Bisections of a bandwidth: enough to exhaust the bits of a float64.
const BISECTIONS: usize = 200;

/// Joint probabilities of pairs of points, and the perplexity each point came to.
pub(super) struct Affinities {
    /// n x n, row after row: symmetric, zero on the diagonal, summing to 1.
    pub(super) joint: Vec<f64>,
    /// `exp` of the entropy of each point's conditional probabilities.
    pub(super) perplexities: Vec<f64>,
}

/// `p_ij = (p_j|i + p_i|j) / 2n` with `p_j|i` proportional to `exp(-beta_i d_ij^2)` over j other than i, and `beta_i` such
/// that the perplexity is the one wanted (van der Maaten & Hinton 2008, section 2).
pub(super) fn affinities(
    distances: &Distances,
    perplexity: f64,
) -> Result<Affinities, SpectralError> {
    let n = distances.points();
    SpectralError::require(
        n >= 3,
        "distances",
        format_args!("t-SNE needs at least 3 points, found {n}"),
    )?;
    SpectralError::require(
        (1.0..(n - 1) as f64).contains(&perplexity),
        "perplexity",
        format_args!(
            "must be at least 1 and below {} for {n} points, found {perplexity}",
            n - 1
        ),
    )?;
    let target = ln_portable(perplexity);
    let (rows, perplexities): (Vec<_>, Vec<_>) = (0..n)
        .into_par_iter()
        .map(|i| conditional(distances.row(i), i, target))
        .unzip();
    let scale = 0.5 / n as f64;
    let joint = (0..n * n)
        .map(|at| (rows[at / n][at % n] + rows[at % n][at / n]) * scale)
        .collect();
    Ok(Affinities {
        joint,
        perplexities,
    })
}

/// Conditional probabilities of one row and their perplexity, by bisection on beta.
fn conditional(row: &[f64], own: usize, target: f64) -> (Vec<f64>, f64) {
    let others = || (0..row.len()).filter(move |&j| j != own);
    let largest = others().fold(0.0_f64, |m, j| m.max(row[j]));
    if largest == 0.0 {
        // All points coincide: any beta gives the same.
        let mut probabilities = vec![1.0 / (row.len() - 1) as f64; row.len()];
        probabilities[own] = 0.0;
        return (probabilities, (row.len() - 1) as f64);
    }
    // In units of the largest distance, and from the nearest point on: neither changes the probabilities.
    let nearest = others().fold(1.0_f64, |m, j| m.min(row[j] / largest));
    let energies: Vec<f64> = row
        .iter()
        .map(|d| (d / largest - nearest) * (d / largest + nearest))
        .collect();
    let mut probabilities = vec![0.0; row.len()];
    let (mut low, mut high, mut beta) = (0.0_f64, f64::INFINITY, 1.0_f64);
    let mut entropy = 0.0;
    for _ in 0..BISECTIONS {
        let (mut sum, mut energy) = (0.0, 0.0);
        for j in others() {
            let weight = exp_portable(-beta * energies[j]);
            probabilities[j] = weight;
            sum += weight;
            energy += weight * energies[j];
        }
        probabilities.iter_mut().for_each(|p| *p /= sum);
        entropy = ln_portable(sum) + beta * energy / sum;
        if entropy == target {
            break;
        }
        if entropy > target {
            low = beta;
        } else {
            high = beta;
        }
        let next = if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * beta
        };
        // Points that coincide may keep the entropy above the target whatever beta is.
        if next == beta || next > 1e40 {
            break;
        }
        beta = next;
    }
    (probabilities, entropy_to_perplexity(entropy))
}

fn entropy_to_perplexity(entropy: f64) -> f64 {
    1.0 / exp_portable(-entropy)
}
