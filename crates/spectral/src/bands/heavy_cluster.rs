//! Averages over a spectrum of which one cluster of eigenvalues holds most.
//!
//! Where more than half of all eigenvalues are in one place, as the zeros of a Gauss-Newton matrix are, a function f has one
//! value c on most of the spectrum and its average differs from c by what few eigenvalues do. Neither is that difference
//! scaled with the average, nor is the average bounded by chi-squares that start at zero: what is random is
//! `h = f - c`, of either sign. The averages of its positive and of its negative part are bounded each, as sparse functions
//! are (`probe_law.rs`), and `[c + L(h+) - U(h-), c + U(h+) - L(h-)]` holds the average of f at least as often.

use crate::bands::gauss_rule::{Rule, Rules};
use crate::bands::probe_law::{Moments, ProbeLaw};

/// The part of every probe's mass from which a node is where most eigenvalues are.
const MOST: f64 = 0.5;

/// Nodes of the cluster differ by less than this fraction of the spectrum's width.
const TOGETHER: f64 = 1e-4;

/// The place of most eigenvalues, if there is one.
pub(crate) fn heaviest(rules: &Rules) -> Option<f64> {
    let heavy = |rule: &Rule| {
        let place = rule.weights.iter().position(|&weight| weight > MOST)?;
        Some(rule.nodes[place])
    };
    let places: Vec<f64> = rules.rules.iter().map(heavy).collect::<Option<_>>()?;
    let ends = |rule: &Rule| Some(rule.nodes.last()? - rule.nodes.first()?);
    let width = rules.rules.iter().filter_map(ends).fold(0.0, f64::max);
    let first = *places.first()?;
    let together = |place: &f64| (place - first).abs() <= TOGETHER * width;
    places.iter().all(together).then_some(first)
}

/// What f differs from c by, over the estimated, the least and the largest values of f.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Difference {
    /// The value at the cluster.
    pub(crate) value: f64,
    /// Moments of the positive part.
    pub(crate) above: [Moments; 3],
    /// Moments of the negative part.
    pub(crate) below: [Moments; 3],
    /// The error by too few steps, where it is estimated.
    pub(crate) error: Option<f64>,
}

impl Difference {
    pub(crate) fn new(value: f64) -> Self {
        Self {
            value,
            above: [[0.0; 3]; 3],
            below: [[0.0; 3]; 3],
            error: None,
        }
    }

    /// Adds a node's mass, given the three values of f there.
    pub(crate) fn add(&mut self, weight: f64, values: [f64; 3]) {
        for (i, f) in values.into_iter().enumerate() {
            let sums = if f >= self.value {
                &mut self.above[i]
            } else {
                &mut self.below[i]
            };
            for (sum, power) in sums.iter_mut().zip(1..) {
                *sum += weight * (f - self.value).abs().powi(power);
            }
        }
    }

    /// Divides by the number of probes.
    pub(crate) fn over(mut self, probes: f64) -> Self {
        for moments in self.above.iter_mut().chain(&mut self.below) {
            for moment in moments {
                *moment /= probes;
            }
        }
        self
    }

    /// The interval of the average of f.
    pub(crate) fn interval(&self, law: &ProbeLaw, dim: usize, probes: usize) -> [f64; 2] {
        let ends = |i: usize| {
            let [above, below] =
                [self.above[i], self.below[i]].map(|moments| law.interval(moments, dim, probes));
            [
                self.value + above[0] - below[1],
                self.value + above[1] - below[0],
            ]
        };
        let (estimated, least, largest) = (ends(0), ends(1), ends(2));
        match self.error {
            // The closer of bounds for each probe and of what going back to fewer steps tells.
            Some(error) => [
                least[0].max(estimated[0] - error),
                largest[1].min(estimated[1] + error),
            ],
            None => [least[0], largest[1]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deficit_of_one_eigenvalue_has_the_interval_of_one() {
        // All of f is 1 but for one eigenvalue, where it is 0: the deficit is a chi-square of one degree a probe.
        let (dim, probes) = (1_000_000, 4);
        let law = ProbeLaw::new(0.95);
        let deficit = 0.3 / dim as f64;
        let mut difference = Difference::new(1.0);
        for _ in 0..probes {
            difference.add(1.0 - deficit, [1.0; 3]);
            difference.add(deficit, [0.0; 3]);
        }
        let [lower, upper] = difference.over(probes as f64).interval(&law, dim, probes);
        let [least, most] = law.interval([deficit; 3], dim, probes);
        assert!((1.0 - upper - least).abs() < 1e-6 * least);
        assert!((1.0 - lower - most).abs() < 1e-6 * most);
        // The truth, one eigenvalue, is in it.
        assert!(lower < 1.0 - 1e-6 && 1.0 - 1e-6 < upper);
    }
}
