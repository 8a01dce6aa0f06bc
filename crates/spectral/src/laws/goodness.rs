//! Distances of a weighted sample from a law.

use super::sample::Point;
use super::window::Conditioned;
use crate::numeric::bisect::bisected;

/// Kolmogorov's distance `sup |F_n - F|`, exact: it is reached at a value of the sample, from the left or the right.
pub(super) fn kolmogorov(points: &[Point], law: &Conditioned) -> f64 {
    let (mut below, mut largest) = (0.0, 0.0_f64);
    for (i, point) in points.iter().enumerate() {
        let f = law.cdf(point.x);
        let above = below + point.weight;
        largest = largest.max((f - below).abs());
        // Equal values are one step.
        if points.get(i + 1).is_none_or(|next| next.x > point.x) {
            largest = largest.max((f - above).abs());
        }
        below = above;
    }
    largest
}

/// `P(sqrt(N) D > d)` in the limit of many independent values and a law given beforehand (Kolmogorov 1933), with Stephens'
/// correction (1970) for finite N.
pub(super) fn kolmogorov_p(distance: f64, size: f64) -> f64 {
    let root = size.sqrt();
    let t = (root + 0.12 + 0.11 / root) * distance;
    if t < 0.2 {
        return 1.0;
    }
    let sum: f64 = (1..=100)
        .map(|j| {
            let j = f64::from(j);
            let sign = if j as u32 % 2 == 1 { 1.0 } else { -1.0 };
            sign * (-2.0 * j * j * t * t).exp()
        })
        .sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

/// The Wasserstein-1 distance `integral |F_n - F| dx`; `None` where the law has no mean.
///
/// Between two values F_n is constant: the interval is cut where F crosses it, and each part is integrated by five-point
/// Gauss-Legendre quadrature. What is beyond the last value is in closed form where the law has no upper end.
pub(super) fn wasserstein(points: &[Point], law: &Conditioned) -> Option<f64> {
    let (first, last) = (points.first()?.x, points.last()?.x);
    let (start, end) = law.support();
    let mut total = panels(start, first, |x| law.cdf(x));
    let mut below = 0.0;
    for pair in points.windows(2) {
        below += pair[0].weight;
        let (a, b) = (pair[0].x, pair[1].x);
        if a < b {
            let cut = crossing(law, below, a, b);
            let difference = |x: f64| (law.cdf(x) - below).abs();
            total += gauss(a, cut, difference) + gauss(cut, b, difference);
        }
    }
    total += if end.is_finite() {
        panels(last, end, |x| law.survival(x))
    } else if last >= start {
        law.survival(last) * law.law.mean_excess(last)?
    } else {
        return None;
    };
    total.is_finite().then_some(total)
}

/// Where F has the value `level` within [a, b], or the end nearest to that.
fn crossing(law: &Conditioned, level: f64, a: f64, b: f64) -> f64 {
    if law.cdf(a) >= level {
        return a;
    }
    if law.cdf(b) <= level {
        return b;
    }
    // The error is second order in where the cut is.
    bisected([a, b], 30, |x| law.cdf(x) < level)
}

/// Sixty-four panels, geometric where both ends are positive; zero where a is not below b.
fn panels(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    const PANELS: usize = 64;
    if !(a < b && a.is_finite()) {
        return 0.0;
    }
    let at = |i: usize| {
        let t = i as f64 / PANELS as f64;
        if a > 0.0 {
            a * (b / a).powf(t)
        } else {
            a + (b - a) * t
        }
    };
    (0..PANELS).map(|i| gauss(at(i), at(i + 1), &f)).sum()
}

/// Five-point Gauss-Legendre quadrature.
fn gauss(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    const NODES: [(f64, f64); 3] = [
        (0.0, 0.568_888_888_888_888_9),
        (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
        (0.906_179_845_938_664, 0.236_926_885_056_189_08),
    ];
    if a >= b {
        return 0.0;
    }
    let (centre, half) = (0.5 * (a + b), 0.5 * (b - a));
    let middle = NODES[0].1 * f(centre);
    let rest: f64 = NODES[1..]
        .iter()
        .map(|&(t, w)| w * (f(centre - half * t) + f(centre + half * t)))
        .sum();
    half * (middle + rest)
}
