//! A law conditioned on the part of the axis that is analysed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::law::Law;

/// The part of the axis that is analysed: `lower <= x <= upper` with `|x| >= floor`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// Lower end, `None` where there is none.
    pub lower: Option<f64>,
    /// Upper end, `None` where there is none.
    pub upper: Option<f64>,
    /// Least modulus.
    pub floor: f64,
}

impl Window {
    /// The one or two intervals it is made of.
    pub(super) fn intervals(&self) -> ([(f64, f64); 2], usize) {
        let lower = self.lower.unwrap_or(f64::NEG_INFINITY);
        let upper = self.upper.unwrap_or(f64::INFINITY);
        if lower >= 0.0 || self.floor == 0.0 {
            return ([(lower.max(self.start()), upper), (0.0, 0.0)], 1);
        }
        let sides = [(lower, -self.floor), (self.floor, upper)];
        match sides.map(|(a, b)| a < b) {
            [true, false] => (sides, 1),
            [false, true] => ([sides[1], sides[0]], 1),
            _ => (sides, 2),
        }
    }

    /// Its least value, minus infinity where there is none.
    pub(super) fn start(&self) -> f64 {
        match self.lower {
            Some(lower) if lower >= 0.0 => lower.max(self.floor),
            Some(lower) => lower,
            None => f64::NEG_INFINITY,
        }
    }
}

/// A law given that the eigenvalue is in the window: a proper density there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditioned {
    pub law: Law,
    intervals: [(f64, f64); 2],
    count: usize,
    /// `ln P(X > start)`, the unit in which masses are held so that a window far in the tail loses no accuracy.
    anchor: f64,
    /// The window's mass in that unit.
    mass: f64,
    /// Whether the window holds the whole support.
    whole: bool,
}

impl Conditioned {
    /// `None` where the law has no mass in the window.
    pub fn new(law: Law, window: &Window) -> Option<Self> {
        let (intervals, count) = window.intervals();
        let anchor = law.ln_survival(intervals[0].0);
        let mut conditioned = Self {
            law,
            intervals,
            count,
            anchor,
            mass: 1.0,
            whole: false,
        };
        let (lower, upper) = law.support();
        conditioned.whole = intervals[..count]
            .iter()
            .any(|&(a, b)| a <= lower && upper <= b);
        conditioned.mass = intervals[..count]
            .iter()
            .map(|&(a, b)| conditioned.above(a) - conditioned.above(b))
            .sum();
        (anchor.is_finite() && conditioned.mass > 0.0 && conditioned.mass.is_finite())
            .then_some(conditioned)
    }

    fn above(&self, x: f64) -> f64 {
        (self.law.ln_survival(x) - self.anchor).exp()
    }

    /// `ln` of the mass that the law itself has in the window.
    pub fn ln_mass(&self) -> f64 {
        self.anchor + self.mass.ln()
    }

    /// `ln` of the density at a point of the window.
    pub fn ln_density(&self, x: f64) -> f64 {
        self.law.ln_density(x) - self.ln_mass()
    }

    /// `P(X <= x)` given the window.
    pub fn cdf(&self, x: f64) -> f64 {
        if self.whole {
            return self.law.cdf(x);
        }
        let below: f64 = self.intervals[..self.count]
            .iter()
            .filter(|(a, _)| x > *a)
            .map(|&(a, b)| self.above(a) - self.above(x.min(b)))
            .sum();
        (below / self.mass).clamp(0.0, 1.0)
    }

    /// `P(X > x)` given the window, accurate in the upper tail.
    pub fn survival(&self, x: f64) -> f64 {
        let beyond: f64 = self.intervals[..self.count]
            .iter()
            .filter(|(_, b)| x < *b)
            .map(|&(a, b)| self.above(x.max(a)) - self.above(b))
            .sum();
        (beyond / self.mass).clamp(0.0, 1.0)
    }

    /// Least and greatest value that has density.
    pub fn support(&self) -> (f64, f64) {
        let (lower, upper) = self.law.support();
        (
            lower.max(self.intervals[0].0),
            upper.min(self.intervals[self.count - 1].1),
        )
    }
}
