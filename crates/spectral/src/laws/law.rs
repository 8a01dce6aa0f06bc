//! The laws themselves: densities and survival functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::marchenko_pastur;
use super::normal::ln_normal_survival;
use super::semicircle;

/// Name of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LawName {
    /// `x^-alpha` from xmin on.
    PowerLaw,
    /// A normal law of `ln x`.
    LogNormal,
    /// An exponential law.
    Exponential,
    /// Wigner's semicircle.
    Semicircle,
    /// Marchenko and Pastur's law.
    MarchenkoPastur,
}

impl std::fmt::Display for LawName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PowerLaw => "power law",
            Self::LogNormal => "log-normal",
            Self::Exponential => "exponential",
            Self::Semicircle => "semicircle",
            Self::MarchenkoPastur => "Marchenko-Pastur",
        })
    }
}

/// A law of eigenvalues with its parameters. Scales are in the units of the eigenvalues.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "law", rename_all = "snake_case")]
pub enum Law {
    /// Density proportional to `x^-alpha` on `[xmin, xmax]`, or `[xmin, inf)` for `xmax` of `None`, where alpha is above 1.
    PowerLaw {
        /// The exponent alpha.
        alpha: f64,
        /// Lower end of the support, positive.
        xmin: f64,
        /// Upper end of the support.
        xmax: Option<f64>,
    },
    /// `ln x` is normal.
    LogNormal {
        /// Mean of `ln x`.
        mu: f64,
        /// Standard deviation of `ln x`.
        sigma: f64,
    },
    /// Density `rate exp(-rate x)` for x above 0.
    Exponential {
        /// The rate, one over the mean.
        rate: f64,
    },
    /// Density `2 sqrt(r^2 - (x - c)^2) / (pi r^2)` within the radius r of the centre c (Wigner 1955).
    Semicircle {
        /// The centre c.
        centre: f64,
        /// The radius r.
        radius: f64,
    },
    /// Law of the eigenvalues of `X X^T / n`, X of p rows and n columns of independent entries of variance `scale`, for
    /// p and n large and p/n equal to `ratio` (Marchenko & Pastur 1967). Above ratio 1 a fraction `1 - 1/ratio` of the
    /// eigenvalues is zero; density and survival function here are those of the others.
    MarchenkoPastur {
        /// The aspect ratio p/n.
        ratio: f64,
        /// The variance of an entry.
        scale: f64,
    },
}

impl Law {
    /// The law's name.
    pub fn name(&self) -> LawName {
        match self {
            Self::PowerLaw { .. } => LawName::PowerLaw,
            Self::LogNormal { .. } => LawName::LogNormal,
            Self::Exponential { .. } => LawName::Exponential,
            Self::Semicircle { .. } => LawName::Semicircle,
            Self::MarchenkoPastur { .. } => LawName::MarchenkoPastur,
        }
    }

    /// The closed interval that holds the law's mass (but for zeros); the upper end may be infinite.
    pub fn support(&self) -> (f64, f64) {
        match *self {
            Self::PowerLaw { xmin, xmax, .. } => (xmin, xmax.unwrap_or(f64::INFINITY)),
            Self::LogNormal { .. } | Self::Exponential { .. } => (0.0, f64::INFINITY),
            Self::Semicircle { centre, radius } => (centre - radius, centre + radius),
            Self::MarchenkoPastur { ratio, scale } => marchenko_pastur::edges(ratio, scale),
        }
    }

    /// `ln` of the density at x; minus infinity outside the support.
    pub fn ln_density(&self, x: f64) -> f64 {
        let (lower, upper) = self.support();
        if !(x >= lower && x <= upper) {
            return f64::NEG_INFINITY;
        }
        match *self {
            Self::PowerLaw { alpha, xmin, xmax } => {
                let length = (x / xmin).ln();
                -alpha * length - xmin.ln() - ln_exponential_mass(alpha - 1.0, xmin, xmax)
            }
            Self::LogNormal { mu, sigma } => {
                let z = (x.ln() - mu) / sigma;
                -0.5 * z * z - sigma.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln() - x.ln()
            }
            Self::Exponential { rate } => rate.ln() - rate * x,
            Self::Semicircle { centre, radius } => semicircle::density(centre, radius, x).ln(),
            Self::MarchenkoPastur { ratio, scale } => {
                marchenko_pastur::density(ratio, scale, x).ln()
            }
        }
    }

    /// `ln P(X > x)`, accurate far out in the upper tail.
    pub fn ln_survival(&self, x: f64) -> f64 {
        let (lower, upper) = self.support();
        if x <= lower {
            return 0.0;
        }
        if x >= upper {
            return f64::NEG_INFINITY;
        }
        match *self {
            Self::PowerLaw { alpha, xmin, xmax } => {
                let (rate, length) = (alpha - 1.0, (x / xmin).ln());
                match xmax {
                    None => -rate * length,
                    Some(xmax) => {
                        let whole = (xmax / xmin).ln();
                        if (rate * whole).abs() < 1e-9 {
                            (1.0 - length / whole).ln()
                        } else {
                            // (e^-aL - e^-aT) / (1 - e^-aT)
                            -rate * length
                                + ((-rate * (whole - length)).exp_m1() / (-rate * whole).exp_m1())
                                    .ln()
                        }
                    }
                }
            }
            Self::LogNormal { mu, sigma } => ln_normal_survival((x.ln() - mu) / sigma),
            Self::Exponential { rate } => -rate * x,
            Self::Semicircle { centre, radius } => {
                (1.0 - semicircle::cdf(centre, radius, x)).max(0.0).ln()
            }
            Self::MarchenkoPastur { ratio, scale } => {
                (1.0 - marchenko_pastur::cdf(ratio, scale, x)).max(0.0).ln()
            }
        }
    }

    /// `P(X <= x)`.
    pub fn cdf(&self, x: f64) -> f64 {
        match *self {
            Self::Semicircle { centre, radius } => semicircle::cdf(centre, radius, x),
            Self::MarchenkoPastur { ratio, scale } => marchenko_pastur::cdf(ratio, scale, x),
            _ => -self.ln_survival(x).exp_m1(),
        }
    }

    /// `integral from x to infinity of P(X > t) dt` over `P(X > x)`, in closed form where the support has no end; `None`
    /// where it is infinite or not needed.
    pub(super) fn mean_excess(&self, x: f64) -> Option<f64> {
        let excess = match *self {
            Self::PowerLaw {
                alpha, xmax: None, ..
            } if alpha > 2.0 => x / (alpha - 2.0),
            Self::Exponential { rate } => 1.0 / rate,
            Self::LogNormal { mu, sigma } => {
                // E[X; X > x] = exp(mu + sigma^2 / 2) Phi(sigma - z)
                let z = (x.ln() - mu) / sigma;
                let mean = mu + 0.5 * sigma * sigma + ln_normal_survival(z - sigma);
                (mean - ln_normal_survival(z)).exp() - x
            }
            _ => return None,
        };
        (excess.is_finite() && excess >= 0.0).then_some(excess)
    }
}

/// `ln integral_0^T e^(-a y) dy`, T = ln(xmax / xmin).
fn ln_exponential_mass(rate: f64, xmin: f64, xmax: Option<f64>) -> f64 {
    match xmax {
        None => -rate.ln(),
        Some(xmax) => {
            let whole = (xmax / xmin).ln();
            if (rate * whole).abs() < 1e-9 {
                whole.ln()
            } else {
                (-(-rate * whole).exp_m1() / rate).ln()
            }
        }
    }
}
