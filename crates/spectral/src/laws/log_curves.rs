//! Families of curves on a logarithmic axis, and how near the nearest of a family comes to a band.

use crate::density::kernel::gaussian;
use crate::statistics::bounded::Bounded;

/// Points of a parameter's grid, and how often it is narrowed about the best of them.
const GRID: usize = 25;
const ROUNDS: usize = 8;

/// Largest radius of a semicircle in decades: over a few decades larger ones are a root's edge alike.
const LARGEST_RADIUS: f64 = 15.0;

/// Steepest line.
const STEEPEST: f64 = 8.0;

/// Points of the integral over a kernel, four widths to each side.
const KERNEL: i32 = 20;

/// From parameters to values at points.
type Curve = dyn Fn(&[f64]) -> Vec<f64>;

/// A curve for each value of some parameters: log10 of a density at given points, up to a constant.
pub(super) struct LogCurves {
    ranges: Vec<[f64; 2]>,
    curve: Box<Curve>,
}

/// All straight lines; the parameter is the slope.
pub(super) fn straight_line(points: &[f64]) -> LogCurves {
    let points = points.to_vec();
    LogCurves {
        ranges: vec![[-STEEPEST, STEEPEST]],
        curve: Box::new(move |slope| points.iter().map(|u| slope[0] * u).collect()),
    }
}

/// Where a semicircle may end: from the highest point to beyond the largest modulus.
pub(super) fn edge_of_semicircle(points: &[f64], beyond: f64) -> [f64; 2] {
    let highest = points.last().copied().unwrap_or(beyond);
    [highest.min(beyond), beyond]
}

/// Semicircles of the coordinate, broadened; the parameters are the upper end and the logarithm of the radius.
pub(super) fn log_semicircle(points: &[f64], ends: [f64; 2], width: f64) -> LogCurves {
    let points = points.to_vec();
    let span = match (points.first(), points.last()) {
        (Some(first), Some(last)) => (last - first).max(width),
        _ => width,
    };
    LogCurves {
        ranges: vec![ends, [(0.4 * span).ln(), LARGEST_RADIUS.ln()]],
        curve: Box::new(move |parameters| {
            let (end, diameter) = (parameters[0], 2.0 * parameters[1].exp());
            broadened(&points, width, |v| {
                ((end - v) * (v - end + diameter)).max(0.0).sqrt()
            })
        }),
    }
}

impl LogCurves {
    /// Wigner's semicircle about zero on the axis of log10 lambda, broadened; the parameter is the logarithm of the radius.
    pub(super) fn semicircle(points: &[f64], ends: [f64; 2], width: f64) -> Self {
        let points = points.to_vec();
        LogCurves {
            ranges: vec![ends],
            curve: Box::new(move |end| {
                broadened(&points, width, |v| {
                    let ratio = 10.0_f64.powf(v - end[0]);
                    ratio * (1.0 - ratio * ratio).max(0.0).sqrt()
                })
            }),
        }
    }

    /// The parameters of the curve nearest to the estimate.
    pub(super) fn best(&self, band: &[[f64; 3]]) -> Vec<f64> {
        self.least(|curve| stray(curve, band, [0, 0])).0
    }

    /// How far the nearest curve strays from the estimate, and what the band leaves open.
    pub(super) fn deviation(&self, band: &[[f64; 3]], level: f64) -> Bounded {
        let (best, mean) = self.least(|curve| stray(curve, band, [0, 0]));
        // A curve within the band strays by nothing: there the lower end passes the upper one.
        let (_, lower) = self.least(|curve| stray(curve, band, [1, 2]));
        let upper = stray(&(self.curve)(&best), band, [2, 1]);
        Bounded {
            mean,
            lower: lower.clamp(0.0, mean),
            upper: upper.max(mean),
            level,
        }
    }

    /// The least and largest value of the single parameter of a family of which a curve is within the band at one interval
    /// of it; none where none is.
    pub(super) fn within(&self, band: &[[f64; 3]]) -> Option<[f64; 2]> {
        let miss = |parameter: f64| stray(&(self.curve)(&[parameter]), band, [1, 2]);
        let (inside, missed) = self.least(|curve| stray(curve, band, [1, 2]));
        let (inside, [low, high]) = (*inside.first()?, *self.ranges.first()?);
        let end = |outside: f64| {
            let (mut inside, mut outside) = (inside, outside);
            for _ in 0..50 {
                let middle = 0.5 * (inside + outside);
                if miss(middle) <= 0.0 {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            inside
        };
        (missed <= 0.0).then(|| [end(low), end(high)])
    }

    /// Parameters of the least value of a function of the curve, and the value: a grid, narrowed about its best.
    fn least(&self, value: impl Fn(&[f64]) -> f64) -> (Vec<f64>, f64) {
        let mut ranges = self.ranges.clone();
        let middles = ranges.iter().map(|[low, high]| 0.5 * (low + high));
        let mut best = (middles.collect::<Vec<f64>>(), f64::INFINITY);
        for _ in 0..ROUNDS {
            for place in 0..GRID.pow(ranges.len() as u32) {
                let mut rest = place;
                let parameters: Vec<f64> = ranges
                    .iter()
                    .map(|[low, high]| {
                        let step = rest % GRID;
                        rest /= GRID;
                        low + (high - low) * step as f64 / (GRID - 1) as f64
                    })
                    .collect();
                let found = value(&(self.curve)(&parameters));
                if found < best.1 {
                    best = (parameters, found);
                }
            }
            for ((range, whole), at) in ranges.iter_mut().zip(&self.ranges).zip(&best.0) {
                let half = 0.2 * (range[1] - range[0]);
                *range = [(at - half).max(whole[0]), (at + half).min(whole[1])];
            }
        }
        best
    }
}

/// Half of how much the largest of `band[high] - curve` is above the least of `band[low]`, each over all points: with both
/// the estimate, how far it strays from the curve at the best constant; below zero where the curve passes between.
fn stray(curve: &[f64], band: &[[f64; 3]], [high, low]: [usize; 2]) -> f64 {
    let over = |end: usize| {
        band.iter()
            .zip(curve)
            .map(move |(ends, value)| ends[end] - value)
    };
    let largest = over(high).fold(f64::NEG_INFINITY, f64::max);
    let least = over(low).fold(f64::INFINITY, f64::min);
    let found = 0.5 * (largest - least);
    if found.is_nan() { f64::INFINITY } else { found }
}

/// log10 of a density broadened by a Gaussian, at each point; minus infinity where there is none of it.
fn broadened(points: &[f64], width: f64, density: impl Fn(f64) -> f64) -> Vec<f64> {
    let step = 4.0 / f64::from(KERNEL);
    let kernel = |i: i32| gaussian(step * f64::from(i), 1.0);
    let at = |u: &f64| -> f64 {
        let sum = (-KERNEL..=KERNEL)
            .map(|i| kernel(i) * density(u + width * step * f64::from(i)))
            .sum::<f64>();
        sum.log10()
    };
    points.iter().map(at).collect()
}
