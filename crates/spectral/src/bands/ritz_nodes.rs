//! The nodes of a probe's Gauss quadrature as Ritz values: copies merged, with residuals.

use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::numeric::jacobi::jacobi_matrix;
use crate::numeric::quadrature::Quadrature;
use crate::numeric::tridiagonal::TridiagonalEnds;

/// Nodes closer than this fraction of the spectrum's half-width are copies of one (no reorthogonalisation).
const SAME_NODE: f64 = 1e-11;

/// A satellite is closer than this fraction of the half-width to a node with this much more weight.
const SATELLITE_DISTANCE: f64 = 1e-4;
const SATELLITE_WEIGHT: f64 = 1e-6;

/// Weights are squares of components known to 1e-16, so those below this are rounding.
const NO_WEIGHT: f64 = 1e-20;

/// A probe's nodes, copies merged, with the Jacobi matrix that they belong to.
#[derive(Clone, Debug)]
pub(crate) struct RitzNodes {
    pub(crate) nodes: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    /// Bounds of the residuals of their Ritz vectors.
    pub(crate) residuals: Vec<f64>,
    /// Diagonal of the Jacobi matrix.
    pub(crate) alpha: Vec<f64>,
    /// Its off-diagonal.
    pub(crate) beta: Vec<f64>,
}

/// Those of every probe, and half the width of all nodes.
pub(crate) fn ritz_nodes(
    density: &SpectralDensity,
) -> Result<(Vec<RitzNodes>, f64), SpectralError> {
    let all = || {
        density
            .quadratures
            .iter()
            .flat_map(|q| q.nodes.iter().copied())
    };
    let lower = all().fold(f64::INFINITY, f64::min);
    let upper = all().fold(f64::NEG_INFINITY, f64::max);
    let half_width = if lower <= upper {
        0.5 * (upper - lower)
    } else {
        0.0
    };
    let scale = half_width.max(f64::EPSILON * lower.abs().max(upper.abs()));
    let probes = density.quadratures.iter();
    let probes = probes.map(|quadrature| RitzNodes::new(quadrature, scale));
    Ok((probes.collect::<Result<_, _>>()?, scale))
}

impl RitzNodes {
    fn new(quadrature: &Quadrature, scale: f64) -> Result<Self, SpectralError> {
        let Quadrature { nodes, weights } = merge(quadrature, scale);
        let (alpha, beta) = jacobi_matrix(&nodes, &weights);
        let last = TridiagonalEnds::new(&alpha, &beta)?.last;
        Ok(Self {
            nodes,
            weights,
            // The next off-diagonal is at most the half-width.
            residuals: last.iter().map(|last| scale * last.abs()).collect(),
            alpha,
            beta,
        })
    }

    /// The quadrature that fewer steps from the same start would have given.
    pub(crate) fn shorter(&self, steps: usize) -> Result<Quadrature, SpectralError> {
        Quadrature::of_tridiagonal(&self.alpha[..steps], &self.beta[..steps - 1])
    }

    /// The place of the node nearest to x.
    pub(crate) fn nearest(&self, x: f64) -> Option<usize> {
        let above = self.nodes.partition_point(|&node| node < x);
        let places = above.saturating_sub(1)..self.nodes.len().min(above + 1);
        places.min_by(|&a, &b| self.distance(a, x).total_cmp(&self.distance(b, x)))
    }

    /// The distance of the nearest node to x.
    pub(crate) fn distance_to(&self, x: f64) -> f64 {
        self.nearest(x)
            .map_or(f64::INFINITY, |place| self.distance(place, x))
    }

    fn distance(&self, place: usize, x: f64) -> f64 {
        (self.nodes[place] - x).abs()
    }

    /// The nodes beside node i, infinite where there is none.
    pub(crate) fn neighbours(&self, i: usize) -> [f64; 2] {
        [
            i.checked_sub(1)
                .map_or(f64::NEG_INFINITY, |below| self.nodes[below]),
            self.nodes.get(i + 1).copied().unwrap_or(f64::INFINITY),
        ]
    }

    /// The distance from node i to the next.
    pub(crate) fn gap(&self, i: usize) -> f64 {
        let [below, above] = self.neighbours(i);
        (self.nodes[i] - below).min(above - self.nodes[i])
    }
}

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
