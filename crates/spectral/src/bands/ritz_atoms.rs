//! Eigenvalues that every probe has found, made atoms after the fact.
//!
//! Gauss quadrature knows an isolated eigenvalue after a few steps, but gives it the weight that the probe happens to have
//! there: `z^2 / p` with z standard normal, wrong by as much as it is large. Where all probes agree on such an eigenvalue its
//! weight is known to be 1/p, and what is left of a probe is as uniform on the complement as the whole was on the sphere.
//! So the rest, its weights divided by what is left, is the quadrature that deflation by the exact eigenvector would have
//! given, and the variance of the atom is gone for no product.

use statrs::function::gamma::gamma_lr;

use crate::bands::ritz_nodes::{RitzNodes, ritz_nodes};
use crate::density::spectral_density::{Atom, SpectralDensity};
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::statistics::bounded::check_between_zero_and_one;

/// A node heavier than one eigenvalue is in this fraction of cases stands for several.
const SIMPLE: f64 = 0.01;

impl SpectralDensity {
    /// The same density with those nodes as atoms that are one simple eigenvalue each:
    ///
    /// - every probe has a node there, closer to the others and with a residual less than `fraction` of the least distance
    ///   to a next node;
    /// - their weights, n of them, are together no more than a simple eigenvalue has in 99% of cases (`chi^2_n / p`).
    ///
    /// An eigenvalue of multiplicity two or three may pass as simple; one probe tells multiplicities above nine. Residuals are
    /// bounds, from the last components of the Jacobi matrix's eigenvectors and half the width of the spectrum. A density
    /// that is exact comes back as it is.
    ///
    /// # Errors
    ///
    /// `fraction` is not between 0 and 1, or a quadrature is not that of a measure.
    pub fn with_ritz_atoms(&self, fraction: f64) -> Result<Self, SpectralError> {
        check_between_zero_and_one("fraction", fraction)?;
        let mut density = self.clone();
        if self.exact {
            return Ok(density);
        }
        let (probes, _) = ritz_nodes(self)?;
        let rest = self.dim.saturating_sub(self.atoms.len());
        let found = common(&probes, fraction, rest as f64);
        // Something has to be left of every probe.
        let left = |probe: &RitzNodes| probe.nodes.len() > found.len();
        if found.is_empty() || !probes.iter().all(left) {
            return Ok(density);
        }
        density.atoms.extend(found.iter().map(|common| common.atom));
        density.quadratures = probes
            .iter()
            .enumerate()
            .map(|(k, probe)| without(probe, found.iter().map(|common| common.places[k])))
            .collect();
        Ok(density)
    }
}

/// An eigenvalue and its place among the nodes of each probe.
struct Common {
    atom: Atom,
    places: Vec<usize>,
}

fn common(probes: &[RitzNodes], fraction: f64, dim: f64) -> Vec<Common> {
    let Some(first) = probes.first() else {
        return Vec::new();
    };
    let mut found: Vec<Common> = Vec::new();
    for &node in &first.nodes {
        let places: Option<Vec<usize>> = probes.iter().map(|probe| probe.nearest(node)).collect();
        let Some(places) = places else { continue };
        let at = || probes.iter().zip(&places);
        let gap = at()
            .map(|(probe, &i)| probe.gap(i))
            .fold(f64::INFINITY, f64::min);
        let near = |(probe, &i): (&RitzNodes, &usize)| {
            probe.residuals[i].max((probe.nodes[i] - node).abs()) <= fraction * gap
        };
        let apart = at().all(near);
        let weight: f64 = at().map(|(probe, &i)| probe.weights[i]).sum();
        let simple = gamma_lr(0.5 * probes.len() as f64, 0.5 * weight * dim) <= 1.0 - SIMPLE;
        let taken = |known: &Common| known.places.iter().zip(&places).any(|(a, b)| a == b);
        if !(apart && simple) || found.iter().any(taken) {
            continue;
        }
        let best = at()
            .map(|(probe, &i)| Atom {
                value: probe.nodes[i],
                residual: probe.residuals[i],
            })
            .min_by(|a, b| a.residual.total_cmp(&b.residual));
        found.extend(best.map(|atom| Common { atom, places }));
    }
    found
}

/// A probe without some of its nodes, of total weight one again.
fn without(probe: &RitzNodes, places: impl Iterator<Item = usize>) -> Quadrature {
    let places: Vec<usize> = places.collect();
    let kept: Vec<usize> = (0..probe.nodes.len())
        .filter(|i| !places.contains(i))
        .collect();
    let total: f64 = kept.iter().map(|&i| probe.weights[i]).sum();
    Quadrature {
        nodes: kept.iter().map(|&i| probe.nodes[i]).collect(),
        weights: kept.iter().map(|&i| probe.weights[i] / total).collect(),
    }
}
