//! How many decades below the largest eigenvalue the band of the log density resolves, by probes and steps.
//!
//! Prints for each spectrum and effort the decades of `log10 |lambda|`, of the six below the largest modulus and on both sides
//! where there are two, in which the upper end of the 95% band is at most three times the lower one.
#![allow(clippy::unwrap_used)]

#[path = "../tests/common/spectra.rs"]
mod spectra;

use hesscope_spectral::{
    BandOptions, LogGrid, ProbeKind, Probes, Reorthogonalisation, SlqOptions, slq,
};
use spectra::{Spectral, norm, semicircle};

const P: usize = 5714;
const DECADES: f64 = 6.0;
/// Standard deviation of the Gaussians, in decades.
const WIDTH: f64 = 0.08;
/// Points a decade.
const POINTS: usize = 20;

/// Zeros, and moduli `10^(-1.5 + 0.6 z)` of both signs or one: as H and G of a small convolutional network have them.
fn log_normal(zeros: f64, both: bool) -> Vec<f64> {
    let zero = (zeros * P as f64) as usize;
    let normal = Probes::new(ProbeKind::Gaussian, 9).host(P - zero, 0);
    let mut values: Vec<f64> = normal
        .iter()
        .enumerate()
        .map(|(i, z)| {
            let sign = if both && i % 2 == 1 { -1.0 } else { 1.0 };
            sign * 10f64.powf(-1.5 + 0.6 * z).min(1.0)
        })
        .collect();
    values.extend(vec![0.0; zero]);
    values
}

fn decades(values: &[f64], psd: bool, probes: usize, steps: usize) -> [f64; 2] {
    let op = Spectral::new(values, 1);
    let options = SlqOptions {
        probes,
        steps,
        seed: 1,
        reorthogonalisation: Reorthogonalisation::Full,
        ..SlqOptions::default()
    };
    let density = slq(&op, &options).unwrap();
    let largest = norm(values);
    let points = POINTS * DECADES as usize + 1;
    let grid = LogGrid::new(largest * 10f64.powf(-DECADES), largest, points).unwrap();
    let options = BandOptions {
        psd,
        ..BandOptions::default()
    };
    let found = density.log_spectrum(&grid, WIDTH, &options).unwrap();
    let sides: Vec<_> = found.negative.into_iter().chain([found.positive]).collect();
    let resolved: usize = sides
        .iter()
        .map(|band| {
            let ends = band.lower.iter().zip(&band.upper);
            ends.filter(|(low, high)| **low > 0.0 && **high <= 3.0 * **low)
                .count()
        })
        .sum();
    let zeros = density
        .share_in(-1e-4 * largest, 1e-4 * largest, 0.95)
        .unwrap();
    [
        resolved as f64 / (POINTS * sides.len()) as f64,
        zeros.upper - zeros.lower,
    ]
}

fn main() {
    let cases = [
        ("H-like", log_normal(0.35, true), false),
        ("G-like", log_normal(0.65, false), true),
        ("semicircle", semicircle(P, 1.0), false),
    ];
    for (name, values, psd) in &cases {
        for (probes, steps) in [
            (1, 16),
            (1, 56),
            (1, 88),
            (4, 48),
            (2, 96),
            (1, 192),
            (2, 160),
            (4, 128),
            (2, 256),
            (1, 512),
        ] {
            let [found, zeros] = decades(values, *psd, probes, steps);
            println!(
                "{name}: {probes} x {steps}: {found:.2} decades, share near zero to within {zeros:.3}"
            );
        }
    }
}
