//! Closed forms against each other and against SciPy.

use super::fit::{Estimated, estimate, exponential_rate};
use super::goodness::{kolmogorov, kolmogorov_p, wasserstein};
use super::sample::Point;
use super::window::Conditioned;
use super::*;
use crate::density::spectral_density::SpectralDensity;

/// The sample of SciPy's figures below.
const VALUES: [f64; 12] = [
    1.03, 1.1, 1.21, 1.27, 1.4, 1.62, 1.71, 2.05, 2.6, 3.3, 4.9, 9.7,
];

fn sample(values: &[f64], region: Region) -> Sample {
    Sample::new(&SpectralDensity::from_eigenvalues(values.to_vec()), &region)
        .expect("the sample is large enough")
}

fn law(name: LawName, sample: &Sample) -> Law {
    let Estimated { law, .. } = estimate(name, sample).expect("the law applies");
    law
}

fn points(values: &[f64]) -> Vec<Point> {
    let weight = 1.0 / values.len() as f64;
    let point = |&x| Point {
        x,
        weight,
        probe: 0,
    };
    values.iter().map(point).collect()
}

fn everywhere(law: Law) -> Conditioned {
    let window = Window {
        lower: None,
        upper: None,
        floor: 0.0,
    };
    Conditioned::new(law, &window).expect("a law has all its mass somewhere")
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance * expected.abs().max(1.0),
        "{found} for {expected}"
    );
}

const LAWS: [Law; 8] = [
    Law::PowerLaw {
        alpha: 2.5,
        xmin: 1.3,
        xmax: None,
    },
    Law::PowerLaw {
        alpha: 1.0,
        xmin: 0.2,
        xmax: Some(7.0),
    },
    Law::PowerLaw {
        alpha: 0.4,
        xmin: 0.2,
        xmax: Some(7.0),
    },
    Law::LogNormal {
        mu: 0.3,
        sigma: 0.8,
    },
    Law::Exponential { rate: 0.7 },
    Law::Semicircle {
        centre: 0.4,
        radius: 2.0,
    },
    Law::MarchenkoPastur {
        ratio: 0.3,
        scale: 1.4,
    },
    Law::MarchenkoPastur {
        ratio: 2.5,
        scale: 0.6,
    },
];

/// Density and distribution function agree: the derivative of one is the other.
#[test]
fn densities_are_derivatives() {
    for law in LAWS {
        let (lower, upper) = law.support();
        let upper = upper.min(lower + 8.0);
        assert!(law.cdf(lower - 0.1) == 0.0 && law.ln_density(lower - 0.1) == f64::NEG_INFINITY);
        for i in 1..20 {
            let x = lower + (upper - lower) * f64::from(i) / 20.0;
            let h = 1e-5 * x.abs().max(0.1);
            let slope = (law.cdf(x + h) - law.cdf(x - h)) / (2.0 * h);
            close(slope, law.ln_density(x).exp(), 1e-6);
        }
        if law.support().1.is_finite() {
            close(law.cdf(law.support().1), 1.0, 1e-12);
            close(law.cdf(law.support().1 - 1e-9), 1.0, 1e-6);
        }
    }
}

/// A law conditioned on a window with a hole has all its mass there, in the right parts.
#[test]
fn conditioning_leaves_a_density() {
    let law = Law::Semicircle {
        centre: 0.2,
        radius: 1.5,
    };
    let window = Window {
        lower: Some(-1.0),
        upper: Some(1.2),
        floor: 0.3,
    };
    let conditioned = Conditioned::new(law, &window).expect("it has mass there");
    let mass = law.cdf(-0.3) - law.cdf(-1.0) + law.cdf(1.2) - law.cdf(0.3);
    close(conditioned.ln_mass().exp(), mass, 1e-12);
    close(
        conditioned.cdf(0.0),
        (law.cdf(-0.3) - law.cdf(-1.0)) / mass,
        1e-12,
    );
    close(conditioned.cdf(0.0), conditioned.cdf(0.3), 1e-12);
    for x in [-0.9, -0.4, 0.1, 0.5, 1.1] {
        close(conditioned.cdf(x) + conditioned.survival(x), 1.0, 1e-12);
    }
    close(conditioned.cdf(5.0), 1.0, 1e-12);
}

/// A side that the floor has swallowed is no part of the window.
#[test]
fn a_floor_can_leave_one_side() {
    let law = Law::Semicircle {
        centre: 0.0,
        radius: 1.0,
    };
    for (lower, upper, kept) in [(-0.1, 0.8, 0.5), (-0.8, 0.1, -0.5)] {
        let window = Window {
            lower: Some(lower),
            upper: Some(upper),
            floor: 0.3,
        };
        let conditioned = Conditioned::new(law, &window).expect("it has mass there");
        let expected = law.cdf(0.8) - law.cdf(0.3);
        close(conditioned.ln_mass().exp(), expected, 1e-12);
        assert!(conditioned.cdf(kept) > 0.2 && conditioned.cdf(kept) < 0.8);
        assert!(conditioned.cdf(-kept) == 0.0 || conditioned.cdf(-kept) == 1.0);
    }
}

/// A window where a law has 1e-480 of its mass loses no accuracy: `P(X > 2x | X > x)` of a power law depends on no x.
#[test]
fn conditioning_far_out_is_accurate() {
    let law = Law::PowerLaw {
        alpha: 41.0,
        xmin: 1.0,
        xmax: None,
    };
    let window = Window {
        lower: Some(1e12),
        upper: None,
        floor: 0.0,
    };
    let conditioned = Conditioned::new(law, &window).expect("in logarithms it has mass there");
    close(conditioned.survival(2e12) * 2.0_f64.powi(40), 1.0, 1e-9);
}

#[test]
fn power_law_exponent_is_the_closed_form() {
    let mean: f64 = VALUES.iter().map(|x| (x / 1.03).ln()).sum::<f64>() / 12.0;
    let Law::PowerLaw { alpha, xmin, xmax } =
        law(LawName::PowerLaw, &sample(&VALUES, Region::default()))
    else {
        panic!("not a power law");
    };
    close(alpha, 1.0 + 1.0 / mean, 1e-12);
    assert_eq!((xmin, xmax), (1.03, None));
    // Its standard error with fixed xmin is (alpha - 1) sqrt(mean of squares / mean^2 - 1) / sqrt N, near
    // (alpha - 1) / sqrt N where the law holds.
    let big: Vec<f64> = (0..5000)
        .map(|i| (1.0 - (f64::from(i) + 0.5) / 5000.0).powf(-1.0 / 1.5))
        .collect();
    let estimated =
        estimate(LawName::PowerLaw, &sample(&big, Region::default())).expect("the law applies");
    let error = estimated.parameters[0].2.expect("it has one");
    close(error * 5000.0_f64.sqrt() / 1.5, 1.0, 0.02);
}

/// The rate of a truncated exponential law solves its equation, from steep falls to steep rises.
#[test]
fn truncated_rate_has_the_mean() {
    for (rate, span) in [
        (0.3_f64, 2.0_f64),
        (40.0, 5.0),
        (-0.8, 3.0),
        (-30.0, 1.5),
        (1e-7, 1.0),
    ] {
        let t = rate * span;
        let mean = if t.abs() < 1e-5 {
            span * (0.5 - t / 12.0)
        } else {
            1.0 / rate - span / t.exp_m1()
        };
        close(exponential_rate(mean, span), rate, 1e-6);
    }
    close(exponential_rate(0.25, f64::INFINITY), 4.0, 1e-15);
}

#[test]
fn log_normal_is_the_closed_form_without_a_window() {
    let logs = VALUES.map(f64::ln);
    let mean = logs.iter().sum::<f64>() / 12.0;
    let deviation = (logs.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 12.0).sqrt();
    let Law::LogNormal { mu, sigma } = law(LawName::LogNormal, &sample(&VALUES, Region::default()))
    else {
        panic!("not log-normal");
    };
    close(mu, mean, 1e-12);
    close(sigma, deviation, 1e-12);
}

/// Against the maximum that `scipy.optimize.minimize` finds on `scipy.stats.truncnorm.logpdf` of `ln x` (SciPy 1.17.1,
/// Nelder-Mead, tolerance 1e-12).
#[test]
fn truncated_log_normal_is_scipys() {
    let region = Region {
        floor: 0.9,
        above: Some(12.0),
        ..Region::default()
    };
    let Law::LogNormal { mu, sigma } = law(LawName::LogNormal, &sample(&SPREAD, region)) else {
        panic!("not log-normal");
    };
    let [scipy_mu, scipy_sigma] = SCIPY_TRUNCATED;
    close(mu, scipy_mu, 1e-5);
    close(sigma, scipy_sigma, 1e-5);
}

/// Against `scipy.stats.kstest` and numerical integration with `scipy.integrate.quad`, SciPy 1.17.1.
#[test]
fn distances_are_scipys() {
    for (law, distance, area) in SCIPY_DISTANCES {
        let law = everywhere(law);
        close(kolmogorov(&points(&VALUES), &law), distance, 1e-10);
        close(
            wasserstein(&points(&VALUES), &law).expect("the law has a mean"),
            area,
            1e-5,
        );
    }
}

#[test]
fn a_law_without_a_mean_has_no_wasserstein_distance() {
    let law = Law::PowerLaw {
        alpha: 2.0,
        xmin: 1.0,
        xmax: None,
    };
    assert_eq!(wasserstein(&points(&VALUES), &everywhere(law)), None);
}

/// Against `scipy.special.kolmogorov` of SciPy 1.17.1, at sizes where Stephens' correction is none.
#[test]
fn kolmogorovs_law_is_scipys() {
    for (t, p) in SCIPY_KOLMOGOROV {
        close(kolmogorov_p(t / 1e6, 1e12), p, 1e-6);
    }
}

/// Values out of a support count against a law, and finitely.
#[test]
fn a_value_outside_the_support_costs_a_logarithm() {
    let values: Vec<f64> = (0..200)
        .map(|i| {
            // Quantiles of the semicircle about 3.
            let target = (f64::from(i) + 0.5) / 200.0;
            let (mut low, mut high) = (2.0, 4.0);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if super::semicircle::cdf(3.0, 1.0, middle) < target {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            low
        })
        .collect();
    let options = LawOptions::default();
    let score = |values: &[f64]| {
        let comparison = compare::compare(
            &sample(values, Region::default()),
            &[LawName::Semicircle],
            false,
            None,
            &options,
        );
        comparison.fits[0].clone()
    };
    let inside = score(&values);
    assert_eq!(inside.outside_support, 0.0);
    let mut with_outlier = values;
    with_outlier.push(5.0);
    let outside = score(&with_outlier);
    close(outside.outside_support, 1.0 / 201.0, 1e-9);
    // The uniform part has density 1/201 over the data's range of 3.
    let expected = -(201.0_f64 * 3.0).ln();
    close(
        outside.log_likelihood - inside.log_likelihood,
        expected,
        0.2,
    );
}

/// Zeros tell a ratio from its reciprocal.
#[test]
fn zeros_decide_which_ratio() {
    let quantiles: Vec<f64> = (0..400)
        .map(|i| {
            let target = (f64::from(i) + 0.5) / 400.0;
            let (mut low, mut high) = (0.0, 9.0);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if super::marchenko_pastur::cdf(2.0, 1.0, middle) < target {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            low
        })
        .collect();
    for (zeros, expected) in [(400, [2.0, 1.0]), (0, [0.5, 2.0])] {
        let mut values = quantiles.clone();
        values.extend(std::iter::repeat_n(0.0, zeros));
        let Law::MarchenkoPastur { ratio, scale } = law(
            LawName::MarchenkoPastur,
            &sample(&values, Region::default()),
        ) else {
            panic!("not that law");
        };
        close(ratio, expected[0], 1e-3);
        close(scale, expected[1], 1e-3);
    }
}

const SPREAD: [f64; 18] = [
    0.95, 1.3, 1.5, 1.8, 2.0, 2.1, 2.4, 2.6, 2.9, 3.1, 3.4, 4.0, 4.4, 5.2, 6.0, 7.5, 9.5, 11.0,
];
const SCIPY_TRUNCATED: [f64; 2] = [1.1221822412862508, 0.9856189053997471];
const SCIPY_DISTANCES: [(Law, f64, f64); 4] = [
    (
        Law::PowerLaw {
            alpha: 3.5,
            xmin: 1.03,
            xmax: None,
        },
        0.26099977285481696,
        0.9914504081686121,
    ),
    (
        Law::LogNormal {
            mu: 0.6,
            sigma: 0.7,
        },
        0.20756019790248803,
        0.5109843775507378,
    ),
    (
        Law::Exponential { rate: 0.4 },
        0.33767572394787776,
        0.6286568009245803,
    ),
    (
        Law::Semicircle {
            centre: 3.0,
            radius: 7.0,
        },
        0.32323094326702706,
        1.9230108164988124,
    ),
];
const SCIPY_KOLMOGOROV: [(f64, f64); 4] = [
    (0.5, 0.9639452436648751),
    (0.8, 0.5441424115741981),
    (1.36, 0.049485876755377876),
    (2.0, 0.0006709252557796953),
];
