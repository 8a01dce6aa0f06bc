//! What one probe's quadrature says of the probe's own spectral measure, and how surely.

use crate::density::{Quadrature, SpectralDensity};
use crate::error::SpectralError;
use crate::jacobi::jacobi_matrix;
use crate::tridiagonal::TridiagonalEnds;

/// Nodes closer than this fraction of the spectrum's half-width are copies of one (no reorthogonalisation).
const SAME_NODE: f64 = 1e-11;

/// A satellite is closer than this fraction of the half-width to a node with this much more weight.
const SATELLITE_DISTANCE: f64 = 1e-4;
const SATELLITE_WEIGHT: f64 = 1e-6;

/// Weights are squares of components known to 1e-16, so those below this are rounding.
const NO_WEIGHT: f64 = 1e-20;

/// A node has converged where its residual, or its distance to the other probes' nodes, is below this fraction.
const CONVERGED: f64 = 1e-6;

/// All but 1/100 of the mass of a Ritz vector lies within ten residuals of its Ritz value (Chebyshev's inequality).
const RESIDUALS: f64 = 10.0;

/// The square of a normal deviate is larger in 0.3% of cases: a node of more than this many times 1/p stands for more than
/// one eigenvalue.
const ONE_EIGENVALUE: f64 = 9.0;

/// Fewer steps that a rule is compared with: one and two fewer, then these fractions.
const FRACTIONS: [f64; 3] = [0.9, 0.8, 0.7];

/// A probe's Gauss quadrature with copies merged.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) nodes: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    /// Where the mass that node i stands for lies.
    pub(crate) reach: Vec<[f64; 2]>,
    /// What part of that mass may lie farther out.
    pub(crate) stray: Vec<Option<Stray>>,
    /// Quadratures of the same measure by fewer steps.
    pub(crate) shorter: Vec<Quadrature>,
}

/// Of a node that stands for a cluster of eigenvalues, how much of its mass may lie at which distance.
///
/// That nodes of several probes agree says little of a heavy node: k eigenvalues at a distance d displace the mean of m by
/// `k d / m` only, with chances of their own in each probe. Where the probes' nodes are D apart, mass at d is then taken to
/// be at most a share `10 D / d` of the node's; and Chebyshev's inequality bounds it by `(residual / d)^2`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stray {
    /// How far the mass reaches that is not astray.
    pub(crate) from: f64,
    /// The nodes on both sides, beyond which there is none (Chebyshev, Markov & Stieltjes).
    pub(crate) between: [f64; 2],
    residual: f64,
    agreement: f64,
}

impl Stray {
    /// The largest share of the node's mass that lies at this distance or farther.
    pub(crate) fn share(&self, distance: f64) -> f64 {
        (RESIDUALS * self.agreement / distance)
            .min((self.residual / distance).powi(2))
            .min(1.0)
    }
}

/// The rules of all probes, and what is left to resolve once converged nodes are set aside.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) rules: Vec<Rule>,
    /// Ends of the part of the spectrum that has not converged.
    pub(crate) unresolved: Option<[f64; 2]>,
    /// Fewest nodes that a probe has in that part.
    pub(crate) steps: usize,
}

impl Rules {
    /// Prepares every quadrature of a density that is not exact.
    pub(crate) fn new(density: &SpectralDensity) -> Result<Self, SpectralError> {
        let (merged, scale) = merged(density);
        let mut rules = Vec::with_capacity(merged.len());
        let mut unresolved: Option<[f64; 2]> = None;
        let mut steps = usize::MAX;
        for (index, quadrature) in merged.iter().enumerate() {
            let (rule, radii) = rule(quadrature, &merged, index, scale, density.dim)?;
            let mut open = 0;
            for (&node, _) in rule
                .nodes
                .iter()
                .zip(&radii)
                .filter(|(_, radius)| **radius > CONVERGED * scale)
            {
                open += 1;
                let [low, high] = unresolved.unwrap_or([node, node]);
                unresolved = Some([low.min(node), high.max(node)]);
            }
            steps = steps.min(open);
            rules.push(rule);
        }
        Ok(Self {
            rules,
            unresolved,
            steps: if merged.is_empty() { 0 } else { steps },
        })
    }

    /// Whether the rules are fine enough for a bump of standard deviation `width` about `centre`.
    ///
    /// Gauss quadrature by m steps is exact for polynomials of degree 2m - 1. In the Chebyshev angle of the unresolved part
    /// the bump is a Gaussian of deviation `s = width / (R sin angle)`, whose coefficients fall like `exp(-(k s)^2 / 2)`, so
    /// its error is that at k = 2m; it counts as resolved from `2 m s = 3`, the width of
    /// [`gaussian_width`](crate::gaussian_width) at kappa = 1.25.
    pub(crate) fn resolves(&self, centre: f64, width: f64) -> bool {
        let Some([lower, upper]) = self.unresolved else {
            return true;
        };
        let radius = 0.5 * (upper - lower);
        if radius <= width {
            return true;
        }
        let place = ((centre - 0.5 * (lower + upper)) / radius).clamp(-1.0, 1.0);
        let sine = (1.0 - place * place).sqrt().max((width / radius).sqrt());
        2.0 * self.steps as f64 * width / (radius * sine) >= RESOLVED
    }
}

/// Every quadrature with its copies merged, and half the width of all nodes.
fn merged(density: &SpectralDensity) -> (Vec<Quadrature>, f64) {
    let all = || density.quadratures.iter().flat_map(|q| q.nodes.iter());
    let lower = all().copied().fold(f64::INFINITY, f64::min);
    let upper = all().copied().fold(f64::NEG_INFINITY, f64::max);
    let half_width = if lower <= upper {
        0.5 * (upper - lower)
    } else {
        0.0
    };
    let scale = half_width.max(f64::EPSILON * lower.abs().max(upper.abs()));
    let merge = |quadrature| merge(quadrature, scale);
    (density.quadratures.iter().map(merge).collect(), scale)
}

/// A probe's nodes, copies merged, with bounds of the residuals of their Ritz vectors.
pub(crate) struct Resolved {
    pub(crate) nodes: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) residuals: Vec<f64>,
}

impl Resolved {
    /// The place of the node nearest to x.
    pub(crate) fn nearest(&self, x: f64) -> Option<usize> {
        (0..self.nodes.len()).min_by(|&a, &b| {
            (self.nodes[a] - x)
                .abs()
                .total_cmp(&(self.nodes[b] - x).abs())
        })
    }

    /// The distance from node i to the next.
    pub(crate) fn gap(&self, i: usize) -> f64 {
        let below = i.checked_sub(1).map(|j| self.nodes[i] - self.nodes[j]);
        let above = self.nodes.get(i + 1).map(|next| next - self.nodes[i]);
        below.into_iter().chain(above).fold(f64::INFINITY, f64::min)
    }
}

/// The nodes of every probe with their residuals.
pub(crate) fn resolved(density: &SpectralDensity) -> Result<Vec<Resolved>, SpectralError> {
    let (merged, scale) = merged(density);
    let with_residuals = |Quadrature { nodes, weights }: Quadrature| {
        let (alpha, beta) = jacobi_matrix(&nodes, &weights);
        let last = TridiagonalEnds::new(&alpha, &beta)?.last;
        Ok(Resolved {
            nodes,
            weights,
            // The next off-diagonal is at most the half-width.
            residuals: last.iter().map(|last| scale * last.abs()).collect(),
        })
    };
    merged.into_iter().map(with_residuals).collect()
}

/// `2 m s` from which a bump counts as resolved.
const RESOLVED: f64 = 2.9;

/// Copies become one node with their weight together: nodes that agree, and satellites, copies still forming, whose weight
/// is negligible. What rounding alone gives a weight is dropped, since its size means nothing.
fn merge(quadrature: &Quadrature, scale: f64) -> Quadrature {
    let mut nodes: Vec<f64> = Vec::with_capacity(quadrature.nodes.len());
    let mut weights: Vec<f64> = Vec::with_capacity(quadrature.nodes.len());
    for (&node, &weight) in quadrature.nodes.iter().zip(&quadrature.weights) {
        if weight <= NO_WEIGHT {
            continue;
        }
        match (nodes.last_mut(), weights.last_mut()) {
            (Some(last), Some(total)) if same(node - *last, weight, *total, scale) => {
                *last += (node - *last) * weight / (*total + weight);
                *total += weight;
            }
            _ => {
                nodes.push(node);
                weights.push(weight);
            }
        }
    }
    Quadrature { nodes, weights }
}

fn same(distance: f64, a: f64, b: f64, scale: f64) -> bool {
    distance <= SAME_NODE * scale
        || (distance <= SATELLITE_DISTANCE * scale && a.min(b) <= SATELLITE_WEIGHT * a.max(b))
}

/// A rule, and the radius about each node within which its mass is known to lie.
fn rule(
    quadrature: &Quadrature,
    all: &[Quadrature],
    own: usize,
    scale: f64,
    dim: usize,
) -> Result<(Rule, Vec<f64>), SpectralError> {
    let Quadrature { nodes, weights } = quadrature.clone();
    let (alpha, beta) = jacobi_matrix(&nodes, &weights);
    let ends = TridiagonalEnds::new(&alpha, &beta)?;
    let count = nodes.len();
    let neighbours = |i: usize| -> [f64; 2] {
        [
            i.checked_sub(1).map_or(f64::NEG_INFINITY, |i| nodes[i]),
            nodes.get(i + 1).copied().unwrap_or(f64::INFINITY),
        ]
    };
    let mut radii = Vec::with_capacity(count);
    let mut reach = Vec::with_capacity(count);
    let mut stray = Vec::with_capacity(count);
    for (i, (&node, last)) in nodes.iter().zip(&ends.last).enumerate() {
        // The next off-diagonal is at most the half-width, so this bounds the residual.
        let residual = scale * last.abs();
        let agreement = all
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != own)
            .map(|(_, other)| distance_to(&other.nodes, node))
            .reduce(f64::max)
            .filter(|distance| *distance <= CONVERGED * scale)
            .unwrap_or(f64::INFINITY);
        let radius = RESIDUALS * residual.min(agreement);
        // Chebyshev, Markov & Stieltjes: the mass of node i lies between its neighbours.
        let between = neighbours(i);
        radii.push(radius);
        reach.push([between[0].max(node - radius), between[1].min(node + radius)]);
        stray.push((weights[i] * dim as f64 > ONE_EIGENVALUE).then_some(Stray {
            from: radius,
            between,
            residual,
            agreement,
        }));
    }
    let mut sizes: Vec<usize> = [1, 2]
        .into_iter()
        .filter_map(|fewer| count.checked_sub(fewer))
        .chain(FRACTIONS.map(|fraction| (fraction * count as f64).ceil() as usize))
        .collect();
    if count < 4 {
        sizes.clear();
    }
    let shorter = sizes
        .into_iter()
        .map(|size| {
            let ends = TridiagonalEnds::new(&alpha[..size], &beta[..size - 1])?;
            Ok(Quadrature {
                nodes: ends.values,
                weights: ends.first.iter().map(|s| s * s).collect(),
            })
        })
        .collect::<Result<_, SpectralError>>()?;
    Ok((
        Rule {
            nodes,
            weights,
            reach,
            stray,
            shorter,
        },
        radii,
    ))
}

/// Distance to the nearest of these ascending values.
fn distance_to(values: &[f64], x: f64) -> f64 {
    let place = values.partition_point(|&value| value < x);
    let below = place.checked_sub(1).map(|i| x - values[i]);
    let above = values.get(place).map(|value| value - x);
    below.into_iter().chain(above).fold(f64::INFINITY, f64::min)
}
