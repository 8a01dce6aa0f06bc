//! Log-densities that stay finite just outside a law's support.

use super::law::LawName;
use super::sample::Sample;
use super::window::Conditioned;
use crate::numeric::bisect::bisected;

/// Eigenvalues in the layer at an edge.
const LAYER: f64 = 4.0;

/// A law for a likelihood: a proper density on the window.
///
/// The edges of the semicircle and of Marchenko and Pastur's law are those of infinite matrices; the outermost eigenvalue
/// of order p is about `p^(-2/3)` of the width away from them (Tracy & Widom 1994). The mass of four eigenvalues, 4/N, that
/// is next to an edge is therefore spread evenly over the same distance on both sides of it, a layer of just that scale
/// for a square-root edge. Whatever is further out meets a uniform density over the range of the data, of which every law
/// alike has 1/N: such a value counts against the law by some `ln N`, not by infinity.
pub(super) struct Soft {
    law: Conditioned,
    layers: Vec<Layer>,
    /// Weight and density of the uniform part.
    share: f64,
    uniform: f64,
}

struct Layer {
    from: f64,
    to: f64,
    density: f64,
}

impl Soft {
    pub fn new(law: Conditioned, sample: &Sample) -> Self {
        let size = sample.size();
        let mass = (LAYER / size).min(0.25);
        let (lower, upper) = law.support();
        let mut layers = Vec::new();
        if matches!(
            law.law.name(),
            LawName::Semicircle | LawName::MarchenkoPastur
        ) {
            let natural = law.law.support();
            if lower == natural.0 {
                let inner = bisected([lower, upper], 60, |x| law.cdf(x) <= mass);
                // Marchenko and Pastur's law has nothing below zero.
                let least = if law.law.name() == LawName::MarchenkoPastur {
                    0.0
                } else {
                    f64::NEG_INFINITY
                };
                layers.push(Layer::new((2.0 * lower - inner).max(least), inner, mass));
            }
            if upper == natural.1 {
                let inner = bisected([lower, upper], 60, |x| law.survival(x) >= mass);
                layers.push(Layer::new(inner, 2.0 * upper - inner, mass));
            }
        }
        Self {
            law,
            layers,
            share: 1.0 / size,
            uniform: 1.0 / (sample.greatest() - sample.least()),
        }
    }

    pub fn ln_density(&self, x: f64) -> f64 {
        let layer = self.layers.iter().find(|l| l.from <= x && x <= l.to);
        let density = layer.map_or_else(|| self.law.ln_density(x).exp(), |l| l.density);
        ((1.0 - self.share) * density + self.share * self.uniform).ln()
    }
}

impl Layer {
    fn new(from: f64, to: f64, mass: f64) -> Self {
        Self {
            from,
            to,
            density: mass / (to - from),
        }
    }
}
