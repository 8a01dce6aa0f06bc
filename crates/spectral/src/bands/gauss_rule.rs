//! What one probe's quadrature says of the probe's own spectral measure, and how surely.

use crate::bands::noise_floor::noise_floor;
use crate::bands::ritz_nodes::{RitzNodes, ritz_nodes};
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;

/// A node has converged where its residual, or its distance to the other probes' nodes, is below this fraction.
const CONVERGED: f64 = 1e-6;

/// All but 1/100 of the mass of a Ritz vector lies within ten residuals of its Ritz value (Chebyshev's inequality).
const RESIDUALS: f64 = 10.0;

/// The square of a normal deviate is larger in 0.3% of cases: a node of more than this many times 1/p stands for more than
/// one eigenvalue.
const ONE_EIGENVALUE: f64 = 9.0;

/// Products in float32 displace a Ritz value by some units of its rounding, as a fraction of the largest modulus.
/// What precision a density was made in is not known to it; where several probes are there their nodes tell.
const ROUNDING: f64 = 8.0 * f32::EPSILON as f64;

/// Fewer steps that a rule is compared with: one and two fewer, then these fractions.
const FRACTIONS: [f64; 3] = [0.9, 0.8, 0.7];

/// A probe's Gauss quadrature with copies merged.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) nodes: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    /// Where the mass that node i stands for lies.
    pub(crate) reach: Vec<[f64; 2]>,
    /// Whether node i has converged.
    pub(crate) converged: Vec<bool>,
    /// What part of that mass may lie farther out.
    pub(crate) stray: Vec<Option<Stray>>,
    /// Quadratures of the same measure by fewer steps.
    pub(crate) shorter: Vec<Quadrature>,
}

/// Of a node that stands for a cluster of eigenvalues, how much of its mass may lie at which distance.
///
/// That nodes of several probes agree says nothing of a heavy node: k eigenvalues at a distance d displace the mean of m by
/// `k d / m` only, by about as much in each probe. Chebyshev's inequality bounds the mass beyond d by `(residual / d)^2`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stray {
    /// How far the mass reaches that is not astray.
    pub(crate) from: f64,
    /// The nodes on both sides, beyond which there is none (Chebyshev, Markov & Stieltjes).
    pub(crate) between: [f64; 2],
    residual: f64,
}

impl Stray {
    /// The largest share of the node's mass that lies at this distance or farther.
    pub(crate) fn share(&self, distance: f64) -> f64 {
        (self.residual / distance).powi(2).min(1.0)
    }
}

/// The rules of all probes, and what is left to resolve once converged nodes are set aside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) rules: Vec<Rule>,
    /// Ends of the part of the spectrum that has not converged.
    pub(crate) unresolved: Option<[f64; 2]>,
    /// Fewest nodes that a probe has in that part.
    pub(crate) steps: usize,
}

impl Rules {
    /// Prepares every quadrature of a density that is not exact; with the shorter ones where kernels are to be resolved.
    pub(crate) fn new(density: &SpectralDensity, kernels: bool) -> Result<Self, SpectralError> {
        let (probes, scale) = ritz_nodes(density)?;
        let mut rules = Vec::with_capacity(probes.len());
        let mut unresolved: Option<[f64; 2]> = None;
        let mut steps = usize::MAX;
        for own in 0..probes.len() {
            let (rule, radii) = rule(&probes, own, scale, density.dim, kernels)?;
            let mut open = 0;
            for (&node, &radius) in rule.nodes.iter().zip(&radii) {
                if radius > CONVERGED * scale {
                    open += 1;
                    let [low, high] = unresolved.unwrap_or([node, node]);
                    unresolved = Some([low.min(node), high.max(node)]);
                }
            }
            steps = steps.min(open);
            rules.push(rule);
        }
        Ok(Self {
            rules,
            unresolved,
            steps: if probes.is_empty() { 0 } else { steps },
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

/// `2 m s` from which a bump counts as resolved.
const RESOLVED: f64 = 2.9;

/// A rule, and the radius about each node within which its mass is known to lie.
fn rule(
    probes: &[RitzNodes],
    own: usize,
    scale: f64,
    dim: usize,
    kernels: bool,
) -> Result<(Rule, Vec<f64>), SpectralError> {
    let probe = &probes[own];
    let count = probe.nodes.len();
    let mut radii = Vec::with_capacity(count);
    let mut reach = Vec::with_capacity(count);
    let mut stray = Vec::with_capacity(count);
    let nodes = probes.iter().flat_map(|probe| &probe.nodes);
    let largest = nodes.fold(0.0_f64, |most, node| most.max(node.abs()));
    let rounding = noise_floor(f64::EPSILON, largest, dim);
    for (i, (&node, &residual)) in probe.nodes.iter().zip(&probe.residuals).enumerate() {
        let agreement = probes
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != own)
            .map(|(_, other)| other.distance_to(node))
            .reduce(f64::max)
            .filter(|distance| *distance <= CONVERGED * scale)
            .unwrap_or(f64::INFINITY);
        let heavy = probe.weights[i] * dim as f64 > ONE_EIGENVALUE;
        // Probes agree on a light node where it is an eigenvalue. A heavy one the rest of the spectrum displaces by as much in
        // each, so that its residual alone says how far.
        let told = match heavy {
            false => residual.min(agreement),
            true => residual,
        };
        let radius = (RESIDUALS * told).max(rounding);
        radii.push(radius);
        // Chebyshev, Markov & Stieltjes: the mass of node i lies between its neighbours.
        let between = probe.neighbours(i);
        // Residuals and neighbours may be closer than the rounding of the products, and so may an end of an interval: exact
        // zeros come out as several nodes on either side of zero.
        let rounded = rounding.max(match probes.len() {
            1 => ROUNDING * largest,
            _ if agreement.is_finite() => RESIDUALS * agreement,
            _ => 0.0,
        });
        let radius = radius.max(rounded);
        reach.push([
            between[0].max(node - radius).min(node - rounded),
            between[1].min(node + radius).max(node + rounded),
        ]);
        stray.push(heavy.then_some(Stray {
            from: radius,
            between,
            residual,
        }));
    }
    let mut sizes: Vec<usize> = Vec::new();
    if kernels && count >= 4 {
        sizes.extend([count - 1, count - 2]);
        sizes.extend(FRACTIONS.map(|fraction| (fraction * count as f64).ceil() as usize));
    }
    let shorter = sizes.into_iter().map(|size| probe.shorter(size));
    let rule = Rule {
        nodes: probe.nodes.clone(),
        weights: probe.weights.clone(),
        reach,
        converged: radii
            .iter()
            .map(|radius| *radius <= CONVERGED * scale)
            .collect(),
        stray,
        shorter: shorter.collect::<Result<_, _>>()?,
    };
    Ok((rule, radii))
}
