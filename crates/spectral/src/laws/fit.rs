//! Each law's fit to a sample.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::estimate::{
    cramer_von_mises, likelihood_errors, minimise, minimum_distance_errors, places,
};
use super::goodness::{kolmogorov, kolmogorov_p, wasserstein};
use super::law::{Law, LawName};
use super::sample::Sample;
use super::window::Conditioned;
use crate::numeric::bisect::bisected;

/// How parameters were estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FitMethod {
    /// Maximum likelihood in the window, for laws whose support is given.
    MaximumLikelihood,
    /// Least Cramer-von Mises distance in the window, for laws whose support is what is estimated.
    MinimumDistance,
}

/// A parameter with its error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parameter {
    /// Its name, that of the field of [`Law`].
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Its standard error; `None` where the data do not determine it, or where it is an end of the data.
    pub standard_error: Option<f64>,
    /// The interval, `value -+ z standard_error`, of the confidence asked for.
    pub interval: Option<[f64; 2]>,
}

/// A law fitted to a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LawFit {
    /// The law with its parameters.
    pub law: Law,
    /// The parameters with their errors.
    pub parameters: Vec<Parameter>,
    /// How they were estimated.
    pub method: FitMethod,
    /// Fraction of its own mass (zeros left out) that the law has in the window; the fit is conditioned on the window.
    pub mass_in_window: f64,
    /// Fraction of the sample outside the law's support.
    pub outside_support: f64,
    /// N times the mean log-density, with the edges softened as the comparison says.
    pub log_likelihood: f64,
    /// Akaike's criterion `2 k - 2 log L`, less is better.
    pub aic: f64,
    /// Schwarz' criterion `k ln N - 2 log L`, less is better.
    pub bic: f64,
    /// Kolmogorov's distance of sample and law, in the window.
    pub kolmogorov: f64,
    /// Kolmogorov's p-value with N values. It takes the parameters as given and the values as independent; that they are
    /// fitted, and that eigenvalues repel, both make it too large, so that a small one rejects the law all the more.
    pub kolmogorov_p: f64,
    /// The Wasserstein-1 distance, in the units of the eigenvalues; `None` where the law has no mean.
    pub wasserstein: Option<f64>,
}

/// A law that was not fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotFitted {
    /// The law.
    pub law: LawName,
    /// Why.
    pub reason: String,
}

/// What an estimator gives.
pub(super) struct Estimated {
    pub law: Law,
    pub method: FitMethod,
    /// Name, value, standard error.
    pub parameters: Vec<(&'static str, f64, Option<f64>)>,
}

/// Least mass that a law of bounded support keeps in the window: one that has its bulk elsewhere describes nothing here.
const LEAST_MASS: f64 = 0.01;

/// Fits a law to the whole of a sample.
pub(super) fn estimate(name: LawName, sample: &Sample) -> Result<Estimated, String> {
    let signed = sample.least() <= 0.0;
    if signed && name != LawName::Semicircle {
        return Err("the sample has values that are not positive".to_string());
    }
    if sample.least() == sample.greatest() {
        return Err("all values are equal".to_string());
    }
    match name {
        LawName::PowerLaw => Ok(power_law(sample)),
        LawName::LogNormal => log_normal(sample),
        LawName::Exponential => Ok(exponential(sample)),
        LawName::Semicircle => semicircle(sample),
        LawName::MarchenkoPastur => marchenko_pastur(sample),
    }
}

/// A fit with everything about it but the comparison's likelihood, which [`super::compare`] fills in.
pub(super) fn describe(
    estimated: Estimated,
    law: &Conditioned,
    sample: &Sample,
    quantile: f64,
    mean_ln_density: f64,
) -> LawFit {
    let size = sample.size();
    let free = estimated
        .parameters
        .iter()
        .filter(|(name, ..)| !matches!(*name, "xmin" | "xmax"))
        .count() as f64;
    let (lower, upper) = law.support();
    let log_likelihood = size * mean_ln_density;
    let distance = kolmogorov(&sample.points, law);
    LawFit {
        law: estimated.law,
        parameters: estimated
            .parameters
            .into_iter()
            .map(|(name, value, standard_error)| Parameter {
                name: name.to_string(),
                value,
                standard_error,
                interval: standard_error.map(|e| [value - quantile * e, value + quantile * e]),
            })
            .collect(),
        method: estimated.method,
        mass_in_window: law.ln_mass().exp(),
        outside_support: sample.mean(|x| f64::from(u8::from(x < lower || x > upper))),
        log_likelihood,
        aic: 2.0 * free - 2.0 * log_likelihood,
        bic: free * size.ln() - 2.0 * log_likelihood,
        kolmogorov: distance,
        kolmogorov_p: kolmogorov_p(distance, size),
        wasserstein: wasserstein(&sample.points, law),
    }
}

/// The rate a of a density proportional to `e^(-a y)` on [0, span] that has this mean: `1/a - span / (e^(a span) - 1)`.
pub(super) fn exponential_rate(mean: f64, span: f64) -> f64 {
    if span.is_infinite() {
        return 1.0 / mean;
    }
    let share = (mean / span).clamp(1e-12, 1.0 - 1e-12);
    // In units of the span, on the side where the rate is positive.
    let (target, sign) = if share < 0.5 {
        (share, 1.0)
    } else {
        (1.0 - share, -1.0)
    };
    let mean_at = |a: f64| {
        if a < 1e-4 {
            0.5 - a / 12.0
        } else {
            1.0 / a - 1.0 / a.exp_m1()
        }
    };
    // The mean is below 1/a, so the rate is below 1/target.
    sign * bisected([0.0, 1.0 / target], 60, |a| mean_at(a) > target) / span
}

/// Variance of y under that density.
fn exponential_variance(rate: f64, span: f64) -> f64 {
    let t = (rate * span).abs();
    if span.is_infinite() || t > 700.0 {
        1.0 / (rate * rate)
    } else if t < 1e-3 {
        span * span / 12.0
    } else {
        // 1/a^2 - T^2 e^(aT) / (e^(aT) - 1)^2
        1.0 / (rate * rate) - span * span / (4.0 * (0.5 * t).sinh().powi(2))
    }
}

/// The rate, at least `least`, that maximises the likelihood of a density proportional to `e^(-rate y)` on [0, span], y a
/// function of the eigenvalue, and its standard error.
fn fitted_rate(sample: &Sample, span: f64, least: f64, y: impl Fn(f64) -> f64) -> (f64, f64) {
    let mean = sample.mean(&y);
    let rate = exponential_rate(mean, span).max(least);
    let variance = exponential_variance(rate, span);
    let influence = sample.points.iter().map(|p| (mean - y(p.x)) / variance);
    let influence: Vec<f64> = influence.collect();
    (rate, sample.variance_of_mean(&influence).sqrt())
}

/// Two parameters with their errors, where they are determined.
fn with_errors(
    names: [&'static str; 2],
    values: [f64; 2],
    errors: Option<[f64; 2]>,
) -> Vec<(&'static str, f64, Option<f64>)> {
    let parameter = |i: usize| (names[i], values[i], errors.map(|e| e[i]));
    vec![parameter(0), parameter(1)]
}

/// The exponent that maximises the likelihood of the sample on `[xmin, upper end of the window]`, with xmin the least
/// value: `alpha = 1 + 1 / mean ln(x / xmin)` where there is no upper end (Clauset, Shalizi & Newman 2009, eq. 3.1).
fn power_law(sample: &Sample) -> Estimated {
    let xmin = sample.least();
    let xmax = sample.window.upper;
    let span = xmax.map_or(f64::INFINITY, |xmax| (xmax / xmin).ln());
    let (rate, error) = fitted_rate(sample, span, f64::NEG_INFINITY, |x| (x / xmin).ln());
    let alpha = 1.0 + rate;
    let mut parameters = vec![("alpha", alpha, Some(error)), ("xmin", xmin, None)];
    parameters.extend(xmax.map(|xmax| ("xmax", xmax, None)));
    Estimated {
        law: Law::PowerLaw { alpha, xmin, xmax },
        method: FitMethod::MaximumLikelihood,
        parameters,
    }
}

/// The rate of an exponential law conditioned on the window; at least a millionth of one over the mean.
fn exponential(sample: &Sample) -> Estimated {
    let start = sample.window.start().max(0.0);
    let span = sample
        .window
        .upper
        .map_or(f64::INFINITY, |upper| upper - start);
    let least = 1e-6 / sample.mean(|x| x - start);
    let (rate, error) = fitted_rate(sample, span, least, |x| x - start);
    Estimated {
        law: Law::Exponential { rate },
        method: FitMethod::MaximumLikelihood,
        parameters: vec![("rate", rate, Some(error))],
    }
}

/// Least curvature in `ln x` of a log-normal: here it is a power law over any range of floats.
const LEAST_CURVATURE: f64 = 1e-4;

/// The log-normal law conditioned on the window.
///
/// Without a window it is closed. With one, the density of `y = ln x` is proportional to `exp(-a y - s^2 y^2)`, a concave
/// family in `(a, s^2)` whose limit `s = 0` is the power law of exponent `1 + a`, so it is maximised in these.
fn log_normal(sample: &Sample) -> Result<Estimated, String> {
    let start = sample.window.start();
    let origin = sample.least().ln();
    let mean = sample.mean(|x| x.ln() - origin);
    let square = sample.mean(|x| (x.ln() - origin).powi(2));
    let variance = square - mean * mean;
    let unbounded = start <= 0.0 && sample.window.upper.is_none();
    let [mu, sigma] = if unbounded {
        [origin + mean, variance.sqrt()]
    } else {
        let parameters = |[a, s]: [f64; 2]| {
            let curvature = (s * s).max(LEAST_CURVATURE * LEAST_CURVATURE);
            let sigma = (0.5 / curvature).sqrt();
            [origin - a / (2.0 * curvature), sigma]
        };
        // Minus the mean log-density, but for a constant.
        let objective = |at: [f64; 2]| {
            let [mu, sigma] = parameters(at);
            let Some(law) = Conditioned::new(Law::LogNormal { mu, sigma }, &sample.window) else {
                return f64::INFINITY;
            };
            let centre = mu - origin;
            0.5 * (square - 2.0 * centre * mean + centre * centre) / (sigma * sigma)
                + sigma.ln()
                + law.ln_mass()
        };
        let s = (0.5 / variance).sqrt();
        let starts = [
            ([-2.0 * s * s * mean, s], [0.5 * s, 0.5 * s]),
            ([1.0 / mean, 0.1 * s], [0.3 / mean, 0.1 * s]),
        ];
        parameters(minimise(objective, &starts))
    };
    if !(mu.is_finite() && sigma.is_finite()) {
        return Err("its likelihood has no maximum in the window".to_string());
    }
    let errors = likelihood_errors(sample, [mu, sigma], |[mu, sigma]| {
        let law = Conditioned::new(Law::LogNormal { mu, sigma }, &sample.window)?;
        Some(move |x| law.ln_density(x))
    });
    Ok(Estimated {
        law: Law::LogNormal { mu, sigma },
        method: FitMethod::MaximumLikelihood,
        parameters: with_errors(["mu", "sigma"], [mu, sigma], errors),
    })
}

/// The distribution function of a law in the window, if enough of the law is there.
fn admitted(law: Law, sample: &Sample) -> Option<Conditioned> {
    Conditioned::new(law, &sample.window).filter(|law| law.ln_mass() > LEAST_MASS.ln())
}

/// The semicircle of least Cramer-von Mises distance, started from the moments (the variance is `r^2 / 4`).
///
/// A likelihood would be ruled by the one value furthest out, which fluctuates by `p^(-2/3)` about the edge; a distance
/// between distribution functions does not notice it.
fn semicircle(sample: &Sample) -> Result<Estimated, String> {
    let mean = sample.mean(|x| x);
    let deviation = sample.mean(|x| (x - mean).powi(2)).sqrt();
    let places = places(sample);
    let law = |[centre, radius]: [f64; 2]| {
        (radius > 0.0)
            .then(|| admitted(Law::Semicircle { centre, radius }, sample))
            .flatten()
    };
    let objective = |at: [f64; 2]| {
        law(at).map_or(f64::INFINITY, |law| {
            cramer_von_mises(&places, |x| law.cdf(x))
        })
    };
    let reach = sample.greatest().abs().max(sample.least().abs());
    let step = [0.2 * deviation, 0.2 * deviation];
    let mut starts = vec![([mean, 2.0 * deviation], step)];
    if sample.window.lower.is_some_and(|lower| lower >= 0.0) {
        // Half of a semicircle about zero.
        starts.push(([0.0, reach], step));
    }
    let [centre, radius] = minimise(objective, &starts);
    if !(centre.is_finite() && radius.is_finite()) {
        return Err("no semicircle has a hundredth of its mass in the window".to_string());
    }
    let errors = minimum_distance_errors(sample, [centre, radius], |at| {
        law(at).map(|law| move |x| law.cdf(x))
    });
    Ok(Estimated {
        law: Law::Semicircle { centre, radius },
        method: FitMethod::MinimumDistance,
        parameters: with_errors(["centre", "radius"], [centre, radius], errors),
    })
}

/// The Marchenko-Pastur law of least Cramer-von Mises distance, started from the moments (`variance / mean^2` is the
/// ratio).
///
/// The nonzero eigenvalues have the same law for (ratio, scale) and (1/ratio, ratio scale). Of the two the one is reported
/// whose fraction of zeros, 0 or 1 - ratio, is nearer to that of what was left out near zero.
fn marchenko_pastur(sample: &Sample) -> Result<Estimated, String> {
    let mean = sample.mean(|x| x);
    let variance = sample.mean(|x| (x - mean).powi(2));
    let places = places(sample);
    // In (ln sqrt(1/ratio), ln scale) nothing is out of bounds, and the law is smooth across ratio 1.
    let parameters = |[t, ln_scale]: [f64; 2]| ((-2.0 * t.abs()).exp().max(1e-12), ln_scale.exp());
    let objective = |at: [f64; 2]| {
        let (ratio, scale) = parameters(at);
        admitted(Law::MarchenkoPastur { ratio, scale }, sample).map_or(f64::INFINITY, |law| {
            cramer_von_mises(&places, |x| law.cdf(x))
        })
    };
    let start = (variance / (mean * mean)).clamp(1e-6, 1.0);
    let starts = [
        ([-0.5 * start.ln(), mean.ln()], [0.1, 0.1]),
        ([0.35, mean.ln()], [0.2, 0.2]),
    ];
    let (mut ratio, mut scale) = parameters(minimise(objective, &starts));
    if !(ratio.is_finite() && scale.is_finite()) {
        return Err("no such law has a hundredth of its mass in the window".to_string());
    }
    let zeros = sample.zero_fraction();
    if (zeros - (1.0 - ratio)).abs() < zeros {
        (scale, ratio) = (scale * ratio, 1.0 / ratio);
    }
    // At ratio 1 the law turns back, so derivatives are taken beside it.
    let beside = if (ratio - 1.0).abs() < 1e-3 {
        1.0 + 1e-3_f64.copysign(ratio - 1.0)
    } else {
        ratio
    };
    let errors = minimum_distance_errors(sample, [beside, scale], |[ratio, scale]| {
        admitted(Law::MarchenkoPastur { ratio, scale }, sample).map(|law| move |x| law.cdf(x))
    });
    Ok(Estimated {
        law: Law::MarchenkoPastur { ratio, scale },
        method: FitMethod::MinimumDistance,
        parameters: with_errors(["ratio", "scale"], [ratio, scale], errors),
    })
}
