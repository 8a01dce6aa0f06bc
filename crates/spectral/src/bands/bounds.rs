//! Averages over a spectrum with everything that is uncertain about them.

use std::sync::Arc;

use crate::bands::functional::{Complement, Energy, Functional, Indicator};
use crate::bands::gauss_rule::{Rule, Rules};
use crate::bands::heavy_cluster::{Difference, heaviest};
use crate::bands::probe_law::{Moments, ProbeLaw, Shape};
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::numeric::quadrature::Quadrature;
use crate::statistics::bounded::Bounded;

/// A broadened density is bounded no closer than this fraction of one eigenvalue's peak.
pub(crate) const RESOLUTION: f64 = 1e-5;

/// A Gaussian changes by at most this many times its value over one standard deviation's shift, out to its reach.
const SLOPE: f64 = 9.0;

/// Distances from a node are cut into shells that end this many times farther out than they begin.
const SHELL: f64 = 1.5;

/// A density made ready for bounds.
pub(crate) struct Bounds<'a> {
    density: &'a SpectralDensity,
    rules: Rules,
    /// The place of most eigenvalues, atoms apart, if there is one.
    cluster: Option<f64>,
    psd: bool,
    /// How far deflation by inexact eigenvectors can have moved the rest of the spectrum: `||R||_F` (Weyl).
    shift: f64,
    /// An interval that holds the spectrum, as far as the nodes and atoms with their residuals tell.
    hull: [f64; 2],
    dim: usize,
}

/// What mass astray from a node does to the averages of f, f^2 and f^3.
#[derive(Clone, Copy, Debug, Default)]
struct Astray {
    gained: Moments,
    lost: Moments,
}

/// An average's bracket over what the probes' measures may be, before sampling error.
pub(crate) struct Bracket {
    /// Estimate, least and largest.
    pub(crate) moments: [Moments; 3],
    /// Where few eigenvalues of different size may make up the average, the moments that the law of probes is taken from.
    shapes: Option<[Moments; 3]>,
    /// What those eigenvalues alone give that are known to be there: the nodes that have converged.
    certain: f64,
    /// The same as a difference from its value at the cluster, where that is not zero.
    difference: Option<Difference>,
    /// The atoms' share: at their values, least and largest.
    pub(crate) atoms: [f64; 3],
    peak: f64,
    slack: f64,
}

impl<'a> Bounds<'a> {
    /// For averages of any kind.
    pub(crate) fn new(density: &'a SpectralDensity, psd: bool) -> Result<Self, SpectralError> {
        Self::prepared(density, psd, true)
    }

    /// For shares and energies of intervals alone, with less work.
    pub(crate) fn of_intervals(density: &'a SpectralDensity) -> Result<Self, SpectralError> {
        Self::prepared(density, false, false)
    }

    fn prepared(
        density: &'a SpectralDensity,
        psd: bool,
        kernels: bool,
    ) -> Result<Self, SpectralError> {
        let rules = if density.exact {
            Rules::default()
        } else {
            Rules::new(density, kernels)?
        };
        let shift = density
            .atoms
            .iter()
            .map(|atom| atom.residual.powi(2))
            .sum::<f64>()
            .sqrt();
        Ok(Self {
            density,
            cluster: heaviest(&rules),
            hull: hull(density, &rules, shift),
            rules,
            psd,
            shift,
            dim: density.dim.saturating_sub(density.atoms.len()),
        })
    }

    pub(crate) fn probes(&self) -> usize {
        self.rules.rules.len()
    }

    /// An eigenvalue of an operator that has none below zero is at least zero.
    fn clamp(&self, lambda: f64) -> f64 {
        if self.psd { lambda.max(0.0) } else { lambda }
    }

    fn over(&self, f: &impl Functional, [lower, upper]: [f64; 2], shift: f64) -> [f64; 2] {
        f.over(self.clamp(lower - shift), self.clamp(upper + shift))
    }

    pub(crate) fn bracket(&self, f: &impl Functional) -> Bracket {
        let mut atoms = [0.0; 3];
        for atom in &self.density.atoms {
            let around = [atom.value - atom.residual, atom.value + atom.residual];
            let [least, largest] = self.over(f, around, 0.0);
            atoms[0] += f.at(self.clamp(atom.value));
            atoms[1] += least;
            atoms[2] += largest;
        }
        let atoms = atoms.map(|sum| sum / self.density.dim.max(1) as f64);
        let slack = if f.bump().is_some() && !self.density.exact {
            RESOLUTION * f.peak() / self.density.dim.max(1) as f64
        } else {
            0.0
        };
        let mut bracket = Bracket {
            moments: [[0.0; 3]; 3],
            shapes: None,
            certain: 0.0,
            difference: None,
            atoms,
            peak: f.peak(),
            slack,
        };
        if self.density.exact {
            bracket.moments = [self.exact_moments(f); 3];
        } else {
            self.fill(&mut bracket, f);
        }
        bracket
    }

    fn exact_moments(&self, f: &impl Functional) -> Moments {
        let nodes = self.density.quadratures.iter().flat_map(Quadrature::pairs);
        let mean: f64 = nodes.map(|(node, w)| w * f.at(self.clamp(node))).sum();
        [mean, mean * mean, mean.powi(3)]
    }

    fn fill(&self, bracket: &mut Bracket, f: &impl Functional) {
        let mut sums = [[0.0; 3]; 3];
        let mut shapes = [[0.0; 3]; 3];
        let value = self.cluster.map_or(0.0, |node| f.at(self.clamp(node)));
        let saturated = value > 0.0 && !f.is_uneven();
        let mut difference = saturated.then(|| Difference::new(value));
        let one = 1.0 / self.dim.max(1) as f64;
        for rule in &self.rules.rules {
            let mut certain = 0.0;
            for (i, &weight) in rule.weights.iter().enumerate() {
                let [least, largest] = self.over(f, rule.reach[i], self.shift);
                let Astray { gained, lost } = self.astray(f, rule, i, least);
                if largest == 0.0 && gained[0] == 0.0 && difference.is_none() {
                    continue;
                }
                let value = f.at(self.clamp(rule.nodes[i])).clamp(least, largest);
                let values = [value, least, largest];
                if let Some(difference) = &mut difference {
                    difference.add(weight, [value, least - lost[0], largest + gained[0]]);
                }
                // A node that has converged is one eigenvalue at least, however little of it the probe has.
                let present = if rule.converged[i] {
                    certain += one * least;
                    weight.max(one)
                } else {
                    weight
                };
                for (sums, weight) in [(&mut sums, weight), (&mut shapes, present)] {
                    for (sum, value) in sums.iter_mut().zip(values) {
                        sum[0] += weight * value;
                        sum[1] += weight * value * value;
                        sum[2] += weight * value.powi(3);
                    }
                    for k in 0..3 {
                        sums[1][k] -= weight * lost[k];
                        sums[2][k] += weight * gained[k];
                    }
                }
            }
            // A sum that rounds must not come out above the truth.
            bracket.certain = bracket.certain.max(certain * (1.0 - 1e-12));
        }
        let count = self.rules.rules.len().max(1) as f64;
        let over = |sums: [Moments; 3]| sums.map(|sum| sum.map(|s| s / count));
        let [mean, mut least, mut largest] = over(sums);
        if let Some([centre, width]) = f.bump()
            && self.rules.resolves(centre, width)
            && let Some(change) = self.step_difference(f, mean[0])
        {
            let error = change + SLOPE * self.shift / width * mean[0];
            least = tighten(least, mean, mean[0] - error, f64::max);
            largest = tighten(largest, mean, mean[0] + error, f64::min);
            if let Some(difference) = &mut difference {
                difference.error = Some(error);
            }
        }
        bracket.difference = difference.map(|difference| difference.over(count));
        bracket.moments = [mean, least, largest];
        bracket.shapes = f.is_uneven().then(|| over(shapes));
    }

    /// The most that mass astray from node i adds to the averages of f, f^2 and f^3, and takes from them where f is `least`
    /// at least within the node's reach, as shares of the node's weight.
    ///
    /// So much mass at one distance excludes as much at another: the largest of all distances bounds their sum, since each
    /// alone would use up what displaces the node.
    fn astray(&self, f: &impl Functional, rule: &Rule, i: usize, least: f64) -> Astray {
        let mut astray = Astray::default();
        let Some(stray) = rule.stray[i] else {
            return astray;
        };
        let node = rule.nodes[i];
        let negligible = RESOLUTION * f.peak() / self.dim.max(1) as f64;
        for sign in [-1.0, 1.0] {
            let end = if sign < 0.0 {
                stray.between[0].max(self.hull[0])
            } else {
                stray.between[1].min(self.hull[1])
            };
            let room = sign * (end - node);
            let mut near = stray.from.max(f64::MIN_POSITIVE);
            while near < room {
                let share = stray.share(near);
                if share * rule.weights[i] * f.peak() < negligible {
                    break;
                }
                let far = (near * SHELL).min(room);
                let ends = [node + sign * near, node + sign * far];
                let shell = if sign < 0.0 { [ends[1], ends[0]] } else { ends };
                let [low, high] = self.over(f, shell, self.shift);
                for (gained, power) in astray.gained.iter_mut().zip(1..) {
                    *gained = gained.max(share * high.powi(power));
                }
                for (lost, power) in astray.lost.iter_mut().zip(1..) {
                    *lost = lost.max(share * (least.powi(power) - low.powi(power)));
                }
                near *= SHELL;
            }
        }
        astray
    }

    pub(crate) fn density(&self) -> &SpectralDensity {
        self.density
    }

    /// For each probe, the least and largest average of f over its measure, atoms apart.
    pub(crate) fn each_probe(&self, f: &impl Functional) -> Vec<[f64; 2]> {
        let bracket = |rule: &Rule| {
            let mut sums = [0.0; 2];
            for (i, (&weight, &reach)) in rule.weights.iter().zip(&rule.reach).enumerate() {
                for (sum, value) in sums.iter_mut().zip(self.over(f, reach, self.shift)) {
                    *sum += weight * value;
                }
                let least = self.over(f, reach, self.shift)[0];
                let Astray { gained, lost } = self.astray(f, rule, i, least);
                sums[0] -= weight * lost[0];
                sums[1] += weight * gained[0];
            }
            sums
        };
        if self.density.exact {
            let value = self.exact_moments(f)[0];
            return vec![[value, value]; self.density.quadratures.len()];
        }
        self.rules.rules.iter().map(bracket).collect()
    }

    /// The largest change of the mean over probes that going back to fewer steps makes.
    fn step_difference(&self, f: &impl Functional, mean: f64) -> Option<f64> {
        let rules = &self.rules.rules;
        let levels = rules.iter().map(|rule| rule.shorter.len()).min()?;
        (0..levels)
            .map(|level| {
                let sum: f64 = rules
                    .iter()
                    .map(|rule| rule.shorter[level].sum(|node| f.at(self.clamp(node))))
                    .sum();
                (sum / rules.len() as f64 - mean).abs()
            })
            .reduce(f64::max)
    }

    /// The average of f over the spectrum with its confidence interval.
    pub(crate) fn average(&self, f: &impl Functional, law: &ProbeLaw, level: f64) -> Bounded {
        self.conclude(&self.bracket(f), law, level)
    }

    /// The share of eigenvalues where an indicator is one: of it and its complement the lesser is bounded, since the law of
    /// probes is that of few eigenvalues among many.
    pub(crate) fn share(&self, inside: Indicator, level: f64) -> Bounded {
        let law = &interval_law(level);
        let share = self.average(&inside, law, level);
        if share.mean <= 0.5 {
            return share.within(0.0, 1.0);
        }
        let rest = self.average(&Complement(inside), law, level);
        Bounded {
            mean: 1.0 - rest.mean,
            lower: 1.0 - rest.upper,
            upper: 1.0 - rest.lower,
            level,
        }
        .within(0.0, 1.0)
    }

    /// The average of lambda^2 over the eigenvalues in `[lower, upper]`, zero for the others.
    ///
    /// Gauss quadrature knows the second moment of each probe's measure exactly from two steps on, so what is surely
    /// outside bounds what is inside.
    pub(crate) fn energy(&self, lower: f64, upper: f64, level: f64) -> Bounded {
        let law = &interval_law(level);
        let [start, end] = self.hull;
        let (from, to) = (lower.max(start), upper.min(end));
        let part = |lower: f64, upper: f64| self.bracket(&Energy { lower, upper });
        let mut inside = part(from, to);
        if !self.density.exact {
            let all: f64 = self.mean_over_probes(|node| node * node);
            let outside = [part(start, lower.next_down()), part(upper.next_up(), end)];
            let surely: f64 = outside.iter().map(|part| part.moments[1][0]).sum();
            let [mean, _, largest] = &mut inside.moments;
            *largest = tighten(*largest, *mean, (all - surely).max(mean[0]), f64::min);
        }
        self.conclude(&inside, law, level)
            .within(0.0, f64::INFINITY)
    }

    fn mean_over_probes(&self, f: impl Fn(f64) -> f64) -> f64 {
        let rules = &self.rules.rules;
        let one = |rule: &Rule| -> f64 {
            let nodes = rule.nodes.iter().zip(&rule.weights);
            nodes
                .map(|(&node, weight)| weight * f(self.clamp(node)))
                .sum()
        };
        rules.iter().map(one).sum::<f64>() / rules.len().max(1) as f64
    }

    pub(crate) fn conclude(&self, bracket: &Bracket, law: &ProbeLaw, level: f64) -> Bounded {
        let fraction = self.density.continuous_fraction();
        let mean = bracket.moments[0];
        let atoms = bracket.atoms;
        let [lower, upper] = if self.density.exact {
            [mean[0], mean[0]]
        } else if let Some(difference) = &bracket.difference {
            let [lower, upper] = difference.interval(law, self.dim, self.probes());
            [lower.max(0.0), upper.min(bracket.peak)]
        } else {
            let ends = |i: usize| {
                let measured = bracket.moments[i];
                let Some(shapes) = bracket.shapes else {
                    return law.interval(measured, self.dim, self.probes());
                };
                let like = less_even(shapes[0], shapes[i]);
                law.interval_of_few(measured[0], like, self.dim, self.probes())
            };
            [ends(1)[0], ends(2)[1].min(bracket.peak)]
        };
        // Deflation may have moved what is known to be there.
        let certain = bracket.certain;
        let (lower, upper) = (lower.max(certain), upper.max(certain));
        Bounded {
            mean: atoms[0] + fraction * mean[0],
            lower: (atoms[1] + fraction * lower - bracket.slack).max(0.0),
            upper: atoms[2] + fraction * upper + bracket.slack,
            level,
        }
    }

    /// The shape of the probes' law for the estimate itself.
    pub(crate) fn shape(&self, bracket: &Bracket) -> Shape {
        Shape::new(
            bracket.moments[0],
            1.0,
            self.dim as f64,
            self.probes() as f64,
        )
    }
}

/// Of two sets of moments those of the larger relative variance.
fn less_even(a: Moments, b: Moments) -> Moments {
    let unevenness = |[first, second, _]: Moments| second / (first * first);
    if unevenness(a) > unevenness(b) { a } else { b }
}

/// The law for shares and energies. Each is a promise by itself, where a band's is an average over its points: the tails cut
/// off are half as large. Measured, see `docs/spectral-accuracy.md`.
fn interval_law(level: f64) -> Arc<ProbeLaw> {
    ProbeLaw::new(0.5 + 0.5 * level)
}

/// The ends of the outermost nodes' and atoms' reaches.
fn hull(density: &SpectralDensity, rules: &Rules, shift: f64) -> [f64; 2] {
    let ends = |rule: &Rule| Some([rule.reach.first()?[0], rule.reach.last()?[1]]);
    let probes = rules.rules.iter().filter_map(ends);
    let exact = density.quadratures.iter().filter(|_| density.exact);
    let nodes = exact.flat_map(|q| &q.nodes).map(|&node| [node, node]);
    let atoms = density
        .atoms
        .iter()
        .map(|atom| [atom.value - atom.residual, atom.value + atom.residual]);
    probes
        .map(|[lower, upper]| [lower - shift, upper + shift])
        .chain(nodes)
        .chain(atoms)
        .reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
        .unwrap_or_default()
}

/// The closer of a rigorous end and an estimated one; the moments of the latter are the mean's, scaled.
fn tighten(rigorous: Moments, mean: Moments, end: f64, closer: fn(f64, f64) -> f64) -> Moments {
    if closer(rigorous[0], end) == rigorous[0] || mean[0] <= 0.0 {
        return rigorous;
    }
    let ratio = end / mean[0];
    mean.map(|moment| moment * ratio)
}
