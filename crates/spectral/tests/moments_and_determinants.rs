//! The kernel polynomial method and log-determinants against known spectra.
#![allow(clippy::unwrap_used)]

mod common;

use common::KnownSpectrum;
use common::cases::{reference_spectra, spectra, stop_everywhere};
use hesscope_spectral::{
    Breakdown, Damping, Extreme, KpmEstimation, KpmOptions, LogDeterminantOptions, RangeOptions,
    Reorthogonalisation, SlqOptions, SpectralError, ThickRestartOptions, deflated_log_determinant,
    kpm, linear_grid, log_determinant, slq, spectral_range, thick_restart_lanczos,
};

fn options(lower: f64, upper: f64, seed: u64) -> KpmOptions {
    KpmOptions {
        lower,
        upper,
        seed,
        probes: 16,
        ..KpmOptions::default()
    }
}

#[test]
fn chebyshev_moments_and_counts_are_those_of_the_spectrum() {
    let mut all = spectra(400);
    all.extend(reference_spectra());
    for (name, spectrum) in all {
        let op = KnownSpectrum::<f64>::new(&spectrum, 2);
        let range = spectral_range(&op, &RangeOptions::default()).unwrap();
        let found = kpm(&op, &options(range.lower, range.upper, 1)).unwrap();
        // Two moments a product.
        assert_eq!(found.products, 16 * 64);
        let centre = 0.5 * (range.upper + range.lower);
        let half = 0.5 * (range.upper - range.lower);
        let p = spectrum.len() as f64;
        let moments = found.mean_moments();
        assert_eq!(moments.len(), 128);
        let mut outside = 0;
        for (n, moment) in moments.iter().enumerate() {
            let truth: f64 = spectrum
                .iter()
                .map(|v| (n as f64 * ((v - centre) / half).clamp(-1.0, 1.0).acos()).cos())
                .sum::<f64>()
                / p;
            let error = (moment.mean - truth).abs();
            if error > 3.0 * moment.standard_error.unwrap() + 1e-9 {
                outside += 1;
            }
            assert!(
                error <= 6.0 * moment.standard_error.unwrap() + 1e-9,
                "{name} {n}"
            );
        }
        assert!(outside <= 20, "{name}: {outside} of 128");
        for damping in [
            Damping::None,
            Damping::Jackson,
            Damping::Lorentz { lambda: 4.0 },
        ] {
            // The interval whole holds all, whatever the damping.
            let all = found.count(range.lower, range.upper, damping).unwrap();
            assert!((all.mean - p).abs() < 1e-9 * p, "{name} {all:?}");
        }
        // Cells' midpoints: at the interval's very ends the weight 1/sqrt(1 - x^2) has a pole.
        let cell = 2.0 * half / 8000.0;
        let grid = linear_grid(range.lower + 0.5 * cell, range.upper - 0.5 * cell, 8000).unwrap();
        let density = found.density(&grid, Damping::Jackson).unwrap();
        let mass: f64 = density.mean.iter().sum::<f64>() * cell;
        assert!((mass - 1.0).abs() < 0.02, "{name}: {mass}");
        assert!(density.mean.iter().all(|&d| d > -1e-9), "{name}");
    }
}

#[test]
fn counts_agree_with_lanczos_quadrature() {
    let (_, spectrum) = spectra(600).remove(0);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    let range = spectral_range(&op, &RangeOptions::default()).unwrap();
    let found = kpm(&op, &options(range.lower, range.upper, 1)).unwrap();
    let count = found.count(-0.5, 0.5, Damping::Jackson).unwrap();
    let truth = spectrum.iter().filter(|v| v.abs() <= 0.5).count() as f64;
    let error = count.standard_error.unwrap();
    assert!(
        (count.mean - truth).abs() < 3.0 * error + 6.0,
        "{count:?} for {truth}"
    );
    let density = slq(
        &op,
        &SlqOptions {
            probes: 16,
            seed: 1,
            ..SlqOptions::default()
        },
    )
    .unwrap();
    let below = density.cumulative_counts(&[-0.5, 0.5]).mean;
    assert!(
        (below[1] - below[0] - count.mean).abs() < 8.0,
        "{below:?} {count:?}"
    );
}

#[test]
fn an_interval_too_narrow_is_an_error() {
    let (_, spectrum) = spectra(200).remove(0);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    assert!(kpm(&op, &options(-3.0, 5.0, 1)).is_err());
    assert!(kpm(&op, &options(3.0, -3.0, 1)).is_err());
}

#[test]
fn moments_go_on_to_the_bit() {
    let (_, spectrum) = spectra(60).remove(0);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    let options = KpmOptions {
        moments: 11,
        probes: 5,
        block_size: 2,
        ..options(-3.0, 12.0, 1)
    };
    stop_everywhere(
        &op,
        &options,
        || KpmEstimation::begin(&op, &options).unwrap(),
        |a, b| assert_eq!(a, b),
    );
}

#[test]
fn log_determinants_of_known_spectra() {
    let mut all = spectra(300);
    all.extend(reference_spectra());
    for (name, spectrum) in all {
        let op = KnownSpectrum::<f64>::new(&spectrum, 2);
        let least = spectrum.iter().copied().fold(f64::INFINITY, f64::min);
        let shift = 1.0 - least;
        let truth: f64 = spectrum.iter().map(|v| (v + shift).ln()).sum();
        let options = |seed| LogDeterminantOptions {
            shift,
            quadrature: SlqOptions {
                probes: 24,
                steps: 40,
                seed,
                ..SlqOptions::default()
            },
        };
        let outside = (0..20)
            .filter(|&seed| {
                let found = log_determinant(&op, &options(seed)).unwrap();
                (found.mean - truth).abs() > 3.0 * found.standard_error.unwrap()
            })
            .count();
        assert!(outside <= 1, "{name}: {outside} of 20");
        let exact = LogDeterminantOptions {
            shift,
            quadrature: SlqOptions {
                steps: spectrum.len(),
                reorthogonalisation: Reorthogonalisation::Full,
                breakdown: Breakdown::Restart,
                ..SlqOptions::default()
            },
        };
        if spectrum.len() == 300 {
            let found = log_determinant(&op, &exact).unwrap();
            assert!(
                (found.mean - truth).abs() < 1e-9 * truth.abs().max(1.0),
                "{name}"
            );
            assert_eq!(found.standard_error, Some(0.0));
        }
    }
}

#[test]
fn known_eigenvalues_are_taken_out_of_log_determinants() {
    let (_, spectrum) = spectra(300).remove(1);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    let truth: f64 = spectrum.iter().map(|v| (v + 0.1).ln()).sum();
    let top = thick_restart_lanczos(
        &op,
        &ThickRestartOptions {
            which: Extreme::LargestAlgebraic,
            ..ThickRestartOptions::default()
        },
    )
    .unwrap();
    let options = LogDeterminantOptions {
        shift: 0.1,
        ..LogDeterminantOptions::default()
    };
    let deflated = deflated_log_determinant(&op, &top.pairs, &options).unwrap();
    assert!((deflated.mean - truth).abs() < 4.0 * deflated.standard_error.unwrap());
}

#[test]
fn an_indefinite_operator_is_an_error_that_names_the_ritz_value() {
    let (_, spectrum) = spectra(300).remove(0);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    let options = LogDeterminantOptions {
        shift: 1.0,
        ..LogDeterminantOptions::default()
    };
    let error = log_determinant(&op, &options).unwrap_err();
    assert!(
        matches!(error, SpectralError::NotPositiveDefinite { ritz, .. } if (ritz + 2.5).abs() < 1e-6)
    );
    assert!(
        error.to_string().contains("shift above 2.5")
            || error.to_string().contains("shift above 2.49")
    );
}
