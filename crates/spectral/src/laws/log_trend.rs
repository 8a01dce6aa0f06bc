//! Whether a spectrum is nearer to a power law or to a semicircle on a logarithmic axis, over the decades that are resolved.
//!
//! [`fit_laws`](crate::fit_laws) asks whether values could be a sample of a law. Here the question is one of shape: the
//! density of `log10 |lambda|`, broadened, is known to within a band, and how far it strays from each law is known to within
//! what the band leaves open. Papyan, "Measuring the spectrum of deepnet Hessians", section 3, asks it of H.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::log_curves::{LogCurves, edge_of_semicircle, log_semicircle, straight_line};
use super::sample::Side;
use crate::bands::band::Band;
use crate::bands::band_options::BandOptions;
use crate::density::grid::LogGrid;
use crate::density::spectral_density::SpectralDensity;
use crate::error::spectral_error::SpectralError;
use crate::statistics::bounded::{Bounded, check_between_zero_and_one};

/// Fewest points that laws are fitted to.
const LEAST_POINTS: usize = 4;

/// Broadening carries the ends of a spectrum, and of what is above the floor, this many widths.
const REACH: f64 = 2.0;

/// Options of [`log_trend`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LogTrendOptions {
    /// The side of zero: above or below.
    pub side: Side,
    /// Least modulus that is told from zero.
    pub floor: f64,
    /// Standard deviation of the Gaussians that eigenvalues are broadened to, in decades; points are as far apart.
    pub width: f64,
    /// Confidence that the band holds the exact density at all points at once (Bonferroni).
    pub level: f64,
    /// A point is resolved where the upper end of the band is at most this many times the lower end,
    pub ratio: f64,
    /// and where the Gaussian about it holds this many eigenvalues, `p density 2 sqrt(pi) width`.
    pub eigenvalues: f64,
}

impl Default for LogTrendOptions {
    /// Above zero, without a floor: 0.15 decades, 95%, a factor of 4, 10 eigenvalues.
    fn default() -> Self {
        Self {
            side: Side::Positive,
            floor: f64::MIN_POSITIVE,
            width: 0.15,
            level: 0.95,
            ratio: 4.0,
            eigenvalues: 10.0,
        }
    }
}

/// How far the density of `log10 |lambda|` strays from a power law and from semicircles on one side of zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogTrend {
    /// The options.
    pub options: LogTrendOptions,
    /// `log10 |lambda|` of the longest run of neighbouring points that are resolved, ascending.
    pub points: Vec<f64>,
    /// Eigenvalues per decade there: estimate, lower and upper end of the band.
    pub per_decade: Vec<[f64; 3]>,
    /// The decades that these points span.
    pub decades: f64,
    /// The laws; none where fewer than four points are resolved.
    pub laws: Option<LogLaws>,
}

/// How far a density strays from each law, at the best of the law's parameters: half the range of the difference of the
/// logarithms, in decades. At 0.3 the density stays within a factor of 2 of the law.
///
/// The ends are what the band leaves open: at the lower the density is as near to the law as any curve within the band, so
/// that it is zero where a curve of the law passes within the band and says how far all of them miss it where none does; at
/// the upper it is as far from the law nearest to the estimate as the band allows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogLaws {
    /// From a power law, `density of lambda ~ |lambda|^-exponent`: a straight line of the logarithm of the density against
    /// that of the modulus.
    pub power_law: Bounded,
    /// The exponent of the nearest power law.
    pub exponent: f64,
    /// The least and largest exponent of a power law within the band; none where none is.
    pub exponents: Option<[f64; 2]>,
    /// From a semicircle of `log10 |lambda|` that ends where the spectrum does.
    pub log_semicircle: Bounded,
    /// From Wigner's semicircle of lambda about zero that ends where the spectrum does.
    pub semicircle: Bounded,
}

/// Compares one side of a spectrum with a power law and with semicircles on a logarithmic axis.
///
/// The density of `log10 |lambda|` and its band are those of [`SpectralDensity::log_spectrum`], so that the errors of
/// probes and steps are both in. Every law is broadened by the same Gaussian. A semicircle's end may lie from the highest
/// point to two widths beyond the largest modulus.
///
/// # Errors
///
/// A side that is not one of zero's, and options out of range.
pub fn log_trend(
    density: &SpectralDensity,
    options: &LogTrendOptions,
) -> Result<LogTrend, SpectralError> {
    check(options)?;
    let sign = if options.side == Side::Negative {
        -1.0
    } else {
        1.0
    };
    let values = || density.values().map(|value| sign * value);
    let largest = values().fold(0.0, f64::max);
    let room = (largest / options.floor).log10() / options.width;
    if !room.is_finite() || room < 2.0 * REACH + 1.0 {
        return Ok(unresolved(options));
    }
    let count = room.ceil() as usize + 1;
    let grid = LogGrid::new(options.floor, largest, count)?;
    let bands = BandOptions {
        level: 1.0 - (1.0 - options.level) / count as f64,
        ..BandOptions::default()
    };
    let spectrum = density.log_spectrum(&grid, options.width, &bands)?;
    let band = match (options.side, spectrum.negative) {
        (Side::Negative, Some(band)) => band,
        (Side::Negative, None) => return Ok(unresolved(options)),
        _ => spectrum.positive,
    };
    let chosen = resolved(&band, density.dim, options);
    let points = band.points[chosen.clone()].to_vec();
    let dim = density.dim as f64;
    let per_decade: Vec<[f64; 3]> = chosen
        .map(|i| [band.mean[i], band.lower[i], band.upper[i]].map(|share| dim * share))
        .collect();
    let decades = match (points.first(), points.last()) {
        (Some(first), Some(last)) => last - first,
        _ => 0.0,
    };
    let laws = (points.len() >= LEAST_POINTS)
        .then(|| laws(&points, &per_decade, largest.log10(), options));
    Ok(LogTrend {
        options: *options,
        points,
        per_decade,
        decades,
        laws,
    })
}

fn check(options: &LogTrendOptions) -> Result<(), SpectralError> {
    check_between_zero_and_one("level", options.level)?;
    SpectralError::require(
        matches!(options.side, Side::Positive | Side::Negative),
        "side",
        "must be one side of zero",
    )?;
    for (name, value, least) in [
        ("floor", options.floor, 0.0),
        ("width", options.width, 0.0),
        ("ratio", options.ratio, 1.0),
        ("eigenvalues", options.eigenvalues, 0.0),
    ] {
        SpectralError::require(
            value > least && value.is_finite(),
            name,
            format_args!("{value} is not above {least}"),
        )?;
    }
    Ok(())
}

fn unresolved(options: &LogTrendOptions) -> LogTrend {
    LogTrend {
        options: *options,
        points: Vec::new(),
        per_decade: Vec::new(),
        decades: 0.0,
        laws: None,
    }
}

/// The longest run of points that are resolved and that broadening brings nothing to from beyond an end; of runs as long
/// the highest.
fn resolved(band: &Band, dim: usize, options: &LogTrendOptions) -> std::ops::Range<usize> {
    let reach = REACH * options.width;
    let ends = match (band.points.first(), band.points.last()) {
        (Some(first), Some(last)) => [first + reach, last - reach],
        _ => return 0..0,
    };
    let share = dim as f64 * 2.0 * std::f64::consts::PI.sqrt() * options.width;
    let is_resolved = |i: usize| {
        (ends[0]..=ends[1]).contains(&band.points[i])
            && band.lower[i] > 0.0
            && band.upper[i] <= options.ratio * band.lower[i]
            && share * band.mean[i] >= options.eigenvalues
    };
    let mut longest = 0..0;
    let mut start = 0;
    for i in 0..=band.points.len() {
        if i < band.points.len() && is_resolved(i) {
            continue;
        }
        if i - start >= longest.len() && i > start {
            longest = start..i;
        }
        start = i + 1;
    }
    longest
}

fn laws(
    points: &[f64],
    per_decade: &[[f64; 3]],
    largest: f64,
    options: &LogTrendOptions,
) -> LogLaws {
    let logarithms: Vec<[f64; 3]> = per_decade.iter().map(|ends| ends.map(f64::log10)).collect();
    let ends = edge_of_semicircle(points, largest + REACH * options.width);
    let line = straight_line(points);
    let slope = line.best(&logarithms)[0];
    LogLaws {
        power_law: line.deviation(&logarithms, options.level),
        // Per decade there are |lambda| times as many as per unit of lambda.
        exponent: 1.0 - slope,
        exponents: line
            .within(&logarithms)
            .map(|[least, largest]| [1.0 - largest, 1.0 - least]),
        log_semicircle: log_semicircle(points, ends, options.width)
            .deviation(&logarithms, options.level),
        semicircle: LogCurves::semicircle(points, ends, options.width)
            .deviation(&logarithms, options.level),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::numeric::bisect::bisect;

    /// An exact spectrum of `count` values at the quantiles of a law.
    fn spectrum(count: usize, quantile: impl Fn(f64) -> f64) -> SpectralDensity {
        let values = (0..count).map(|i| quantile((i as f64 + 0.5) / count as f64));
        SpectralDensity::from_eigenvalues(values.collect())
    }

    fn laws_of(density: &SpectralDensity, floor: f64) -> LogTrend {
        let options = LogTrendOptions {
            floor,
            ..LogTrendOptions::default()
        };
        log_trend(density, &options).unwrap()
    }

    /// `density ~ lambda^-exponent` on [1e-4, 1].
    fn power_law(exponent: f64) -> SpectralDensity {
        let power = 1.0 - exponent;
        let (low, high) = (1e-4_f64.powf(power), 1.0);
        spectrum(4000, move |share| {
            if power.abs() < 1e-9 {
                1e-4_f64.powf(1.0 - share)
            } else {
                (low + share * (high - low)).powf(1.0 / power)
            }
        })
    }

    /// The quantile of a semicircle on [-1, 1].
    fn semicircle(share: f64) -> f64 {
        let below = |x: f64| 0.5 + (x * (1.0 - x * x).sqrt() + x.asin()) / std::f64::consts::PI;
        let [low, _] = bisect([-1.0, 1.0], 60, |x| below(x) < share);
        low
    }

    #[test]
    fn a_power_law_is_a_straight_line_with_its_exponent() {
        for exponent in [0.7, 1.0, 1.3, 1.6] {
            let found = laws_of(&power_law(exponent), 1e-4);
            let laws = found.laws.unwrap();
            assert!(found.decades > 1.5, "{exponent}: {}", found.decades);
            assert!((laws.exponent - exponent).abs() < 0.05, "{laws:?}");
            assert!(laws.power_law.upper < 0.05, "{laws:?}");
            assert!(laws.log_semicircle.lower > laws.power_law.upper, "{laws:?}");
            assert!(laws.semicircle.lower > 0.5, "{laws:?}");
        }
    }

    #[test]
    fn semicircles_are_nearer_to_themselves() {
        let logarithmic = spectrum(4000, |share| 10.0_f64.powf(-2.0 + 2.0 * semicircle(share)));
        let found = laws_of(&logarithmic, 1e-4);
        let laws = found.laws.unwrap();
        assert!(found.decades > 1.5);
        assert!(laws.log_semicircle.upper < 0.03, "{laws:?}");
        assert!(
            laws.power_law.lower > 2.0 * laws.log_semicircle.upper,
            "{laws:?}"
        );
        let wigner = spectrum(8000, semicircle);
        for side in [Side::Positive, Side::Negative] {
            let options = LogTrendOptions {
                floor: 1e-4,
                side,
                ..LogTrendOptions::default()
            };
            let found = log_trend(&wigner, &options).unwrap();
            let laws = found.laws.unwrap();
            assert!(found.decades > 1.5);
            assert!(laws.semicircle.upper < 0.03, "{laws:?}");
            assert!(laws.power_law.lower > laws.semicircle.upper, "{laws:?}");
        }
    }

    #[test]
    fn what_a_band_leaves_open_is_in_the_ends() {
        let points: Vec<f64> = (0..12).map(|i| -2.0 + 0.15 * f64::from(i)).collect();
        let curve = |half: f64| -> Vec<[f64; 3]> {
            let of = |u: &f64| {
                let mean = 10.0_f64.powf(2.0 - 0.5 * u);
                [
                    mean,
                    mean * 10.0_f64.powf(-half),
                    mean * 10.0_f64.powf(half),
                ]
            };
            points.iter().map(of).collect()
        };
        let options = LogTrendOptions::default();
        let sharp = laws(&points, &curve(0.0), 0.0, &options);
        let wide = laws(&points, &curve(0.1), 0.0, &options);
        assert!(sharp.power_law.upper < 1e-3);
        assert!((wide.power_law.upper - 0.1).abs() < 2e-3 && wide.power_law.lower == 0.0);
        let narrowed = sharp.log_semicircle.mean - wide.log_semicircle.lower;
        assert!((narrowed - 0.1).abs() < 5e-3, "{sharp:?} {wide:?}");
        let [least, largest] = wide.exponents.unwrap();
        // A line within 0.1 of the ends of 1.65 decades may be 0.2 / 1.65 steeper or flatter.
        assert!((largest - 1.5 - 0.2 / 1.65).abs() < 0.01, "{largest}");
        assert!((least - 1.5 + 0.2 / 1.65).abs() < 0.01, "{least}");
    }

    #[test]
    fn a_side_without_eigenvalues_has_no_decades() {
        let nothing = laws_of(&spectrum(100, |share| -1.0 - share), 1e-4);
        assert_eq!((nothing.decades, nothing.laws), (0.0, None));
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let density = power_law(1.5);
        for options in [
            LogTrendOptions {
                side: Side::Both,
                ..LogTrendOptions::default()
            },
            LogTrendOptions {
                width: 0.0,
                ..LogTrendOptions::default()
            },
            LogTrendOptions {
                ratio: 1.0,
                ..LogTrendOptions::default()
            },
            LogTrendOptions {
                level: 1.0,
                ..LogTrendOptions::default()
            },
        ] {
            assert!(log_trend(&density, &options).is_err(), "{options:?}");
        }
    }
}
