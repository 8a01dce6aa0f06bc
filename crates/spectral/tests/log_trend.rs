//! The shape of a density on a logarithmic axis, through quadratures: what is said of it holds of the exact spectrum.
#![allow(clippy::unwrap_used)]

mod common {
    pub mod laws;
}

use common::laws::quadratures;
use hesscope_spectral::{LogGrid, LogTrend, LogTrendOptions, SpectralDensity, log_trend};

const FLOOR: f64 = 1e-4;

/// Values at the quantiles of a law on both sides of zero, and a third as many zeros as values.
fn two_sided(count: usize, quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    let values: Vec<f64> = (0..count)
        .map(|i| quantile((i as f64 + 0.5) / count as f64))
        .collect();
    let below = values.iter().map(|value| -value);
    let mut all: Vec<f64> = values.iter().copied().chain(below).collect();
    all.extend(std::iter::repeat_n(0.0, 2 * count / 3));
    all
}

/// `density ~ lambda^-1.5` on [1e-4, 1].
fn power_law() -> Vec<f64> {
    let low = FLOOR.powf(-0.5);
    two_sided(1500, |share| (low + share * (1.0 - low)).powf(-2.0))
}

/// Two decades about 0.1 in a semicircle of the logarithm.
fn log_semicircle() -> Vec<f64> {
    let below = |x: f64| 0.5 + (x * (1.0 - x * x).sqrt() + x.asin()) / std::f64::consts::PI;
    two_sided(1500, |share| {
        let (mut low, mut high) = (-1.0, 1.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if below(middle) < share {
                low = middle;
            } else {
                high = middle;
            }
        }
        10.0_f64.powf(-1.0 + low)
    })
}

fn found(spectrum: &[f64], probes: usize, steps: usize, seed: u64) -> LogTrend {
    let options = LogTrendOptions {
        floor: FLOOR,
        ..LogTrendOptions::default()
    };
    log_trend(&quadratures(spectrum, probes, steps, seed), &options).unwrap()
}

/// The band holds the exact density, broadened alike, at all resolved points at once in at least 19 of 20 cases.
#[test]
fn the_band_holds_the_exact_density() {
    for (name, spectrum) in [("power", power_law()), ("semicircle", log_semicircle())] {
        let exact = SpectralDensity::from_eigenvalues(spectrum.clone());
        let dim = spectrum.len() as f64;
        for steps in [48, 192] {
            let mut held = 0;
            for seed in 0..20 {
                let trend = found(&spectrum, 4, steps, seed);
                let holds = trend
                    .points
                    .iter()
                    .zip(&trend.per_decade)
                    .all(|(&u, ends)| {
                        // The floor and this point.
                        let grid = LogGrid::new(FLOOR, 10.0_f64.powf(u), 2).unwrap();
                        let curve = exact.log_density(&grid, trend.options.width).unwrap();
                        let density = dim * curve.positive.mean[1];
                        (ends[1]..=ends[2]).contains(&density)
                    });
                held += usize::from(holds);
            }
            assert!(held >= 19, "{name}, {steps} steps: {held} of 20");
        }
    }
}

/// More steps resolve more decades, and enough of them tell the laws apart: no semicircle is within the band, and a power law
/// is.
#[test]
fn enough_steps_tell_the_laws_apart() {
    let decades = |steps: usize| found(&power_law(), 8, steps, 1).decades;
    let (few, many) = (decades(64), decades(512));
    assert!(few < 0.75 && many >= 1.25, "{few} {many}");
    for seed in 0..5 {
        let trend = found(&power_law(), 8, 512, seed);
        let laws = trend.laws.unwrap();
        assert_eq!(laws.power_law.lower, 0.0, "{laws:?}");
        assert!(laws.power_law.upper <= 0.3, "{laws:?}");
        assert!(laws.log_semicircle.lower > 0.0, "{laws:?}");
        assert!(laws.semicircle.lower > 0.5, "{laws:?}");
        let [least, largest] = laws.exponents.unwrap();
        assert!((least..=largest).contains(&1.5), "{laws:?}");
        let trend = found(&log_semicircle(), 8, 512, seed);
        let laws = trend.laws.unwrap();
        assert_eq!(laws.log_semicircle.lower, 0.0, "{laws:?}");
        assert!(laws.semicircle.lower > 0.0, "{laws:?}");
    }
}
