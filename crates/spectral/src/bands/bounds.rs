//! Averages over a spectrum with everything that is uncertain about them.

use crate::bands::functional::Functional;
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
    dim: usize,
}

/// An average's bracket over what the probes' measures may be, before sampling error.
pub(crate) struct Bracket {
    /// Estimate, least and largest.
    pub(crate) moments: [Moments; 3],
    /// The same as a difference from its value at the cluster, where that is not zero.
    difference: Option<Difference>,
    /// The atoms' share: at their values, least and largest.
    pub(crate) atoms: [f64; 3],
    peak: f64,
    slack: f64,
}

impl<'a> Bounds<'a> {
    pub(crate) fn new(density: &'a SpectralDensity, psd: bool) -> Result<Self, SpectralError> {
        let rules = if density.exact {
            Rules::default()
        } else {
            Rules::new(density)?
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
        let (moments, difference) = if self.density.exact {
            ([self.exact_moments(f); 3], None)
        } else {
            self.moments(f)
        };
        Bracket {
            moments,
            difference,
            atoms,
            peak: f.peak(),
            slack,
        }
    }

    fn exact_moments(&self, f: &impl Functional) -> Moments {
        let nodes = self.density.quadratures.iter().flat_map(Quadrature::pairs);
        let mean: f64 = nodes.map(|(node, w)| w * f.at(self.clamp(node))).sum();
        [mean, mean * mean, mean.powi(3)]
    }

    fn moments(&self, f: &impl Functional) -> ([Moments; 3], Option<Difference>) {
        let mut sums = [[0.0; 3]; 3];
        let value = self.cluster.map_or(0.0, |node| f.at(self.clamp(node)));
        let mut difference = (value > 0.0).then(|| Difference::new(value));
        for rule in &self.rules.rules {
            for (i, &weight) in rule.weights.iter().enumerate() {
                let [least, largest] = self.over(f, rule.reach[i], self.shift);
                let astray = self.astray(f, rule, i);
                if largest == 0.0 && astray[0] == 0.0 && difference.is_none() {
                    continue;
                }
                let value = f.at(self.clamp(rule.nodes[i])).clamp(least, largest);
                if let Some(difference) = &mut difference {
                    // Mass astray adds to the largest value only.
                    difference.add(weight, [value, least, largest + astray[0]]);
                }
                for (sum, value) in sums.iter_mut().zip([value, least, largest]) {
                    sum[0] += weight * value;
                    sum[1] += weight * value * value;
                    sum[2] += weight * value.powi(3);
                }
                for (sum, most) in sums[2].iter_mut().zip(astray) {
                    *sum += weight * most;
                }
            }
        }
        let count = self.rules.rules.len().max(1) as f64;
        let [mean, mut least, mut largest] = sums.map(|sum| sum.map(|s| s / count));
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
        let difference = difference.map(|difference| difference.over(count));
        ([mean, least, largest], difference)
    }

    /// The most that mass astray from node i adds to the averages of f, f^2 and f^3, as shares of the node's weight.
    ///
    /// So much mass at one distance excludes as much at another: the largest of all distances bounds their sum, since each
    /// alone would use up what displaces the node.
    fn astray(&self, f: &impl Functional, rule: &Rule, i: usize) -> Moments {
        let mut most = [0.0_f64; 3];
        let Some(stray) = rule.stray[i] else {
            return most;
        };
        let node = rule.nodes[i];
        let least = RESOLUTION * f.peak() / self.dim.max(1) as f64;
        for sign in [-1.0, 1.0] {
            let room = if sign < 0.0 {
                node - stray.between[0]
            } else {
                stray.between[1] - node
            };
            let mut near = stray.from.max(f64::MIN_POSITIVE);
            while near < room {
                let share = stray.share(near);
                if share * rule.weights[i] * f.peak() < least {
                    break;
                }
                let far = (near * SHELL).min(room);
                let ends = [node + sign * near, node + sign * far];
                let shell = if sign < 0.0 { [ends[1], ends[0]] } else { ends };
                let largest = self.over(f, shell, self.shift)[1];
                for (most, power) in most.iter_mut().zip(1..) {
                    *most = most.max(share * largest.powi(power));
                }
                near *= SHELL;
            }
        }
        most
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
                sums[1] += weight * self.astray(f, rule, i)[0];
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

    pub(crate) fn conclude(&self, bracket: &Bracket, law: &ProbeLaw, level: f64) -> Bounded {
        let fraction = self.density.continuous_fraction();
        let [mean, least, largest] = bracket.moments;
        let atoms = bracket.atoms;
        let [lower, upper] = if self.density.exact {
            [mean[0], mean[0]]
        } else if let Some(difference) = &bracket.difference {
            let [lower, upper] = difference.interval(law, self.dim, self.probes());
            [lower.max(0.0), upper.min(bracket.peak)]
        } else {
            [
                law.interval(least, self.dim, self.probes())[0],
                law.interval(largest, self.dim, self.probes())[1].min(bracket.peak),
            ]
        };
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

/// The closer of a rigorous end and an estimated one; the moments of the latter are the mean's, scaled.
fn tighten(rigorous: Moments, mean: Moments, end: f64, closer: fn(f64, f64) -> f64) -> Moments {
    if closer(rigorous[0], end) == rigorous[0] || mean[0] <= 0.0 {
        return rigorous;
    }
    let ratio = end / mean[0];
    mean.map(|moment| moment * ratio)
}
