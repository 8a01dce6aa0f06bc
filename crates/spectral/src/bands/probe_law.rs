//! Confidence intervals for the average of a function over the spectrum, from the law of Gaussian probes.
//!
//! For a probe z uniform on the sphere of dimension p, `v = z^T f(A) z = sum_i f_i g_i^2 / sum_i g_i^2` with g standard
//! normal: a ratio of weighted sums of chi-squares. With `mu_k = tr f(A)^k / p` and central moments `kappa_2`, `kappa_3` of
//! the values f_i, v has mean `mu_1`, variance `2 kappa_2 / (p + 2)` and, to leading order, third central moment
//! `8 kappa_3 / p^2`. The mean of n probes is approximated by the shifted chi-square with these three moments (Buckley &
//! Eagleson 1988; Imhof 1961). All three come from the quadratures themselves, so one probe gives an interval too, and its
//! width does not hang on a standard deviation taken over few probes: where few eigenvalues lie under a kernel, probes are
//! so skewed that neither Student's t nor resampling a handful of them covers.
//!
//! Signs (Rademacher) have a variance of at most that of Gaussian probes, so there the interval errs on the wide side.

use std::sync::{Arc, Mutex, PoisonError};

use statrs::function::gamma::gamma_lr;

use crate::numeric::bisect::{bisect, bisected};

/// Moments `tr f^k / p`, k = 1, 2, 3.
pub(crate) type Moments = [f64; 3];

/// The tails cut off are this fraction of what the level asks for, since the moments are estimates themselves; measured
/// coverage (`docs/spectral-accuracy.md`) is then at least the level.
const TAIL: f64 = 0.5;

/// Levels whose tables are kept.
const KEPT_LEVELS: usize = 8;

/// Degrees of freedom at which quantiles are tabulated, `exp(STEP i)`.
const STEP: f64 = 0.2;
/// Beyond the table, `e^6 = 400` degrees, the cube root is normal to 1e-4 (Wilson & Hilferty 1931).
const ENTRIES: usize = 31;

/// Quantiles of standardised chi-squares at one level.
#[derive(Clone, Debug)]
pub(crate) struct ProbeLaw {
    lower: Tail,
    upper: Tail,
}

#[derive(Clone, Debug)]
struct Tail {
    normal: f64,
    table: Vec<f64>,
}

impl Tail {
    fn new(probability: f64) -> Self {
        Self {
            normal: normal_quantile(probability),
            table: (0..ENTRIES)
                .map(|i| {
                    let degrees = (STEP * i as f64).exp();
                    standardised(chi_square_quantile(degrees, probability), degrees)
                })
                .collect(),
        }
    }

    /// The quantile of `(chi^2_h - h) / sqrt(2 h)`.
    fn quantile(&self, degrees: f64) -> f64 {
        let place = degrees.max(1.0).ln() / STEP;
        let index = place as usize;
        if index + 1 >= ENTRIES {
            let spread = 2.0 / (9.0 * degrees);
            let cube = (1.0 - spread + self.normal * spread.sqrt()).powi(3);
            return standardised(cube * degrees, degrees);
        }
        let t = place - index as f64;
        self.table[index] * (1.0 - t) + self.table[index + 1] * t
    }
}

fn standardised(value: f64, degrees: f64) -> f64 {
    (value - degrees) / (2.0 * degrees).sqrt()
}

fn normal_quantile(probability: f64) -> f64 {
    std::f64::consts::SQRT_2 * statrs::function::erf::erf_inv(2.0 * probability - 1.0)
}

/// The standard normal distribution function.
pub(crate) fn normal_distribution(x: f64) -> f64 {
    0.5 * statrs::function::erf::erfc(-x / std::f64::consts::SQRT_2)
}

/// By bisection in the logarithm.
fn chi_square_quantile(degrees: f64, probability: f64) -> f64 {
    let range = [-80.0, (degrees + 100.0 + 20.0 * degrees.sqrt()).ln()];
    let below = |t: f64| gamma_lr(0.5 * degrees, 0.5 * t.exp()) < probability;
    bisected(range, 60, below).exp()
}

/// Relative deviation and degrees of freedom of the mean of n probes, and the sign of its skewness.
pub(crate) struct Shape {
    /// Standard deviation over the mean.
    pub(crate) deviation: f64,
    /// Degrees of freedom of the chi-square with the same skewness.
    pub(crate) degrees: f64,
    /// Sign of the skewness.
    pub(crate) sign: f64,
}

impl Shape {
    /// The shape where what f sees of the spectrum is `ratio` times what was measured.
    pub(crate) fn new(moments: Moments, ratio: f64, dim: f64, probes: f64) -> Self {
        let [m1, m2, m3] = moments.map(|m| m * ratio);
        let variance = (m2 - m1 * m1).max(0.0);
        let third = m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3);
        // No f of a whole eigenvalue's weight varies more than a single chi-square does.
        let squared = (2.0 * variance / ((dim + 2.0) * m1 * m1)).min(2.0);
        let degrees = (dim * variance.powi(3) / (third * third)).max(1.0);
        Self {
            deviation: (squared / probes).sqrt(),
            degrees: if degrees.is_finite() {
                degrees * probes
            } else {
                1e12
            },
            sign: if third < 0.0 { -1.0 } else { 1.0 },
        }
    }
}

impl ProbeLaw {
    /// The law's quantiles for two-sided intervals of this level. The last few levels' tables are kept.
    pub(crate) fn new(level: f64) -> Arc<Self> {
        static KEPT: Mutex<Vec<(f64, Arc<ProbeLaw>)>> = Mutex::new(Vec::new());
        // A thread that panicked while it held the tables left them whole.
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, law)) = kept.iter().find(|(known, _)| *known == level) {
            return Arc::clone(law);
        }
        let tail = 0.5 * TAIL * (1.0 - level);
        let law = Arc::new(Self {
            lower: Tail::new(tail),
            upper: Tail::new(1.0 - tail),
        });
        kept.truncate(KEPT_LEVELS - 1);
        kept.insert(0, (level, Arc::clone(&law)));
        law
    }

    /// The interval for `mu_1`, given estimates of the moments from `probes` probes in dimension `dim`.
    ///
    /// A value T is in it where the measured mean is within the quantiles of the law at T. At T the other moments are scaled
    /// with it, as if the eigenvalues under f were fewer or more: what is measured too high then does not look surer.
    pub(crate) fn interval(&self, moments: Moments, dim: usize, probes: usize) -> [f64; 2] {
        let shape = |ratio: f64| Shape::new(moments, ratio, dim as f64, probes as f64);
        self.invert(moments[0], |ratio, high| self.quantile(&shape(ratio), high))
    }

    /// The same where few eigenvalues of different size may make up the average: `measured` was found, and the spectrum
    /// under f is like one of these moments.
    ///
    /// The shifted chi-square ends at some value above zero, which a weighted sum of chi-squares does not. Its lower tail is
    /// therefore also taken from the chi-square of the same mean and variance (Satterthwaite 1946), which ends at zero, and
    /// the lower of the two quantiles counts.
    pub(crate) fn interval_of_few(
        &self,
        measured: f64,
        moments: Moments,
        dim: usize,
        probes: usize,
    ) -> [f64; 2] {
        if moments[0] <= 0.0 {
            return [0.0, 0.0];
        }
        let unit = measured / moments[0];
        self.invert(measured, |ratio, high| {
            let shape = Shape::new(moments, ratio * unit, dim as f64, probes as f64);
            let quantile = self.quantile(&shape, high);
            if high || shape.deviation <= 0.0 {
                return quantile;
            }
            let degrees = 2.0 / shape.deviation.powi(2);
            quantile.min(1.0 + shape.deviation * self.lower.quantile(degrees))
        })
    }

    /// The upper or the lower quantile of the mean over probes, over the true mean.
    fn quantile(&self, shape: &Shape, high: bool) -> f64 {
        let quantile = match (high, shape.sign > 0.0) {
            (true, true) => self.upper.quantile(shape.degrees),
            (false, true) => self.lower.quantile(shape.degrees),
            (true, false) => -self.lower.quantile(shape.degrees),
            (false, false) => -self.upper.quantile(shape.degrees),
        };
        1.0 + shape.deviation * quantile
    }

    /// The values whose law holds what was measured; `quantile` is given their ratio to it.
    fn invert(&self, measured: f64, quantile: impl Fn(f64, bool) -> f64) -> [f64; 2] {
        if measured <= 0.0 {
            return [0.0, 0.0];
        }
        let solve = |high: bool| {
            // Measured below the upper quantile (high), or above the lower one: T is in.
            let inside = |t: f64| (t.exp() * quantile(t.exp(), high) >= 1.0) == high;
            let range = [0.0, if high { -14.0 } else { 24.0 }];
            let [_, outside] = bisect(range, 44, inside);
            measured * f64::exp(outside)
        };
        [solve(true), solve(false)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_eigenvalue_gives_the_chi_square_interval() {
        // f is one on a single eigenvalue of a large p: n v p / T is chi-square of n degrees.
        let dim = 1_000_000;
        let law = ProbeLaw::new(0.95);
        for estimate in [0.4, 1.0, 2.5] {
            let [low, high] = law
                .interval([estimate / dim as f64; 3], dim, 4)
                .map(|end| end * dim as f64);
            let exact = [0.9875, 0.0125].map(|q| 4.0 * estimate / chi_square_quantile(4.0, q));
            // Ends above one eigenvalue belong to more degrees of freedom than that law has.
            for (end, exact) in [low, high].into_iter().zip(exact) {
                if exact <= 1.0 {
                    assert!((end / exact - 1.0).abs() < 0.01, "{end} {exact}");
                } else {
                    assert!(end >= 1.0 && end < exact, "{end} {exact}");
                }
            }
        }
    }

    #[test]
    fn quantiles() {
        // Tables of the chi-square distribution.
        assert!((chi_square_quantile(1.0, 0.975) - 5.0239).abs() < 1e-4);
        assert!((chi_square_quantile(10.0, 0.025) - 3.2470).abs() < 1e-4);
        let tail = Tail::new(0.975);
        for degrees in [1.0, 3.3, 17.0, 140.0, 399.0, 5000.0] {
            let exact = standardised(chi_square_quantile(degrees, 0.975), degrees);
            assert!(
                (tail.quantile(degrees) / exact - 1.0).abs() < 2e-3,
                "{degrees}"
            );
        }
    }
}
