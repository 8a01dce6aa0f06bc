//! Quadrature, its standard errors, and the densities drawn from it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{eigenvalues, gaussian, operator, symmetrised, wigner, with_spectrum};
use hesscope_spectral::{
    Atom, BandOptions, Breakdown, DenseOperator, LogGrid, ProbeKind, Quadrature,
    Reorthogonalisation, SlqOptions, SpectralDensity, SpectralError, SymmetricLogGrid,
    gaussian_width, linear_grid, slq,
};

fn options(probes: usize, steps: usize) -> SlqOptions {
    SlqOptions {
        probes,
        steps,
        ..SlqOptions::default()
    }
}

fn trapezoid(points: &[f64], values: &[f64]) -> f64 {
    points
        .windows(2)
        .zip(values.windows(2))
        .map(|(x, y)| 0.5 * (x[1] - x[0]) * (y[0] + y[1]))
        .sum()
}

#[test]
fn moments_lie_within_their_standard_errors() {
    // z-scores of the first four moments over many seeds and every law: bounded, and not suspiciously small.
    let a = wigner(150, 1);
    let op: DenseOperator = operator(&a);
    let truth = eigenvalues(&a);
    for kind in [
        ProbeKind::Gaussian,
        ProbeKind::Rademacher,
        ProbeKind::UnitSphere,
    ] {
        let mut squares = Vec::new();
        for seed in 0..25 {
            let density = slq(
                &op,
                &SlqOptions {
                    kind,
                    seed,
                    ..options(20, 8)
                },
            )
            .unwrap();
            assert!(!density.exact && density.eigenvalues().is_none());
            for (k, estimate) in (1..).zip(density.moments(4)) {
                let exact = truth.iter().map(|x| x.powi(k)).sum::<f64>() / 150.0;
                squares.push(((estimate.mean - exact) / estimate.standard_error.unwrap()).powi(2));
            }
        }
        // Student's t of 19 degrees has variance 19/17.
        let variance = squares.iter().sum::<f64>() / squares.len() as f64;
        println!("{kind:?}: variance of z {variance}");
        assert!((0.6..2.0).contains(&variance), "{kind:?}: {variance}");
    }
}

#[test]
fn single_probe_has_no_standard_error_and_seeds_fix_the_bits() {
    let op: DenseOperator = operator(&wigner(60, 2));
    let one = slq(&op, &options(1, 10)).unwrap();
    assert_eq!(one.moments(1)[0].standard_error, None);
    assert_eq!(one.density(&[0.0], 0.1).unwrap().standard_error, None);
    assert_eq!(one, slq(&op, &options(1, 10)).unwrap());
    assert_ne!(
        one,
        slq(
            &op,
            &SlqOptions {
                seed: 1,
                ..options(1, 10)
            }
        )
        .unwrap()
    );
}

#[test]
fn blocks_and_more_probes_leave_each_probe_as_it_is() {
    let op: DenseOperator = operator(&wigner(60, 3));
    let all = slq(&op, &options(7, 12)).unwrap();
    for block_size in [1, 3, 100] {
        assert_eq!(
            slq(
                &op,
                &SlqOptions {
                    block_size,
                    ..options(7, 12)
                }
            )
            .unwrap(),
            all
        );
    }
    assert_eq!(
        slq(&op, &options(3, 12)).unwrap().quadratures[..],
        all.quadratures[..3]
    );
}

#[test]
fn copies_without_reorthogonalisation_do_not_hurt_the_density() {
    let mut spectrum: Vec<f64> = (0..195).map(|i| f64::from(i) / 195.0).collect();
    spectrum.extend([20.0, 30.0, 40.0, 50.0, 60.0]);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 4));
    let probes = 5;
    let plain = slq(&op, &options(probes, 100)).unwrap();
    let full = slq(
        &op,
        &SlqOptions {
            reorthogonalisation: Reorthogonalisation::Full,
            ..options(probes, 100)
        },
    )
    .unwrap();
    let copies = |density: &SpectralDensity| {
        density.quadratures[0]
            .nodes
            .iter()
            .filter(|&&x| x > 10.0)
            .count()
    };
    assert!(copies(&plain) > 5 && copies(&full) == 5);
    let grid = linear_grid(-1.0, 62.0, 200).unwrap();
    let (plain, full) = (
        plain.density(&grid, 0.5).unwrap(),
        full.density(&grid, 0.5).unwrap(),
    );
    for (a, b) in plain.mean.iter().zip(&full.mean) {
        assert!((a - b).abs() < 1e-4 * full.mean[0].max(1.0), "{a} {b}");
    }
}

#[test]
fn density_covers_the_broadened_spectrum() {
    let a = wigner(150, 5);
    let op: DenseOperator = operator(&a);
    let grid = linear_grid(-2.0, 2.0, 401).unwrap();
    let exact = SpectralDensity::from_eigenvalues(eigenvalues(&a))
        .density(&grid, 0.1)
        .unwrap();
    let (mut covered, mut total) = (0, 0);
    for seed in 0..20 {
        let curve = slq(
            &op,
            &SlqOptions {
                seed,
                ..options(30, 60)
            },
        )
        .unwrap()
        .density(&grid, 0.1)
        .unwrap();
        assert!((trapezoid(&grid, &curve.mean) - 1.0).abs() < 1e-9);
        let errors = curve.standard_error.unwrap();
        for ((mean, error), truth) in curve
            .mean
            .iter()
            .zip(errors)
            .zip(&exact.mean)
            .filter(|(_, truth)| **truth > 0.01)
        {
            assert!((mean - truth).abs() < 0.1, "{mean} {truth}");
            covered += usize::from((mean - truth).abs() <= 2.0 * error);
            total += 1;
        }
    }
    // Two standard errors from 30 probes cover 94.5%.
    let rate = f64::from(covered as u32) / f64::from(total);
    println!("within two standard errors: {rate}");
    assert!((0.90..0.98).contains(&rate), "{rate}");
}

#[test]
fn fractions_below_a_threshold() {
    let density = SpectralDensity::from_eigenvalues(vec![2.0, 0.0, -1.0, 0.0]);
    assert_eq!(density.eigenvalues(), Some(vec![-1.0, 0.0, 0.0, 2.0]));
    let below =
        |density: &SpectralDensity, x: f64| density.smooth_average(|lambda| f64::from(lambda <= x));
    for (x, fraction) in [
        (-2.0, 0.0),
        (-1.0, 0.25),
        (-0.5, 0.25),
        (0.0, 0.75),
        (1.9, 0.75),
        (2.0, 1.0),
    ] {
        let found = below(&density, x);
        assert_eq!((found.mean, found.standard_error), (fraction, Some(0.0)));
    }

    let a = wigner(200, 6);
    let op: DenseOperator = operator(&a);
    let estimated = slq(&op, &options(40, 60)).unwrap();
    let exact = SpectralDensity::from_eigenvalues(eigenvalues(&a));
    for x in [-0.5, 0.0, 0.5] {
        let (found, truth) = (below(&estimated, x), below(&exact, x).mean);
        let error = 200.0 * found.standard_error.unwrap();
        assert!(200.0 * (found.mean - truth).abs() < 4.0 * error + 1.0);
        assert!(error < 5.0);
    }
}

#[test]
fn log_density_keeps_every_mass() {
    // 100 eigenvalues: 40 positive over six decades, 20 negative, 40 below the floor.
    let mut values: Vec<f64> = (0..40)
        .map(|i| 10.0_f64.powf(-4.0 + 6.0 * f64::from(i) / 39.0))
        .collect();
    values.extend((0..20).map(|i| -(10.0_f64.powf(-3.0 + 3.0 * f64::from(i) / 19.0))));
    values.extend((0..40).map(|i| 1e-9 * f64::from(i - 20)));
    let density = SpectralDensity::from_eigenvalues(values);
    let grid = LogGrid::new(1e-5, 1e3, 2001).unwrap();
    assert_eq!(grid.points().len(), 2001);
    assert!((grid.moduli()[0] / 1e-5 - 1.0).abs() < 1e-12);
    let log = density.log_density(&grid, 0.05).unwrap();
    for (ends, expected) in [
        ([1e-5, f64::INFINITY], 0.4),
        ([f64::NEG_INFINITY, -1e-5], 0.2),
        ([-1e-5, 1e-5], 0.4),
    ] {
        let share = density.share_in(ends[0], ends[1], 0.95).unwrap();
        assert!((share.lower - expected).abs() < 1e-12 && share.lower == share.upper);
    }
    assert!((trapezoid(&log.positive.points, &log.positive.mean) - 0.4).abs() < 1e-9);
    assert!((trapezoid(&log.negative.points, &log.negative.mean) - 0.2).abs() < 1e-9);

    let symmetric = SymmetricLogGrid::new(1e-5, 1e3, 4001).unwrap();
    let options = BandOptions::default();
    let curve = density
        .symmetric_log_band(&symmetric, 0.05, &options)
        .unwrap();
    assert!((trapezoid(&curve.points, &curve.mean) - 1.0).abs() < 1e-9);
    for (s, lambda) in symmetric.points().iter().zip(symmetric.eigenvalues()) {
        assert!((symmetric.coordinate(lambda) - s).abs() < 1e-12);
    }
    assert!((symmetric.eigenvalues()[4000] / 1e3 - 1.0).abs() < 1e-12);
}

#[test]
fn atoms_and_quadratures_share_the_weight() {
    let density = SpectralDensity {
        dim: 4,
        exact: false,
        quadratures: vec![
            Quadrature {
                nodes: vec![0.0, 1.0],
                weights: vec![0.5, 0.5],
            },
            Quadrature {
                nodes: vec![0.0, 1.0],
                weights: vec![0.25, 0.75],
            },
        ],
        atoms: vec![Atom {
            value: 10.0,
            residual: 0.0,
        }],
    };
    let trace = density.moments(1)[0];
    // 10/4 + (3/4)(1/2 + 3/4)/2, and (3/4) times the standard error of {1/2, 3/4}, 1/8.
    assert!((trace.mean - (2.5 + 0.46875)).abs() < 1e-15);
    assert!((trace.standard_error.unwrap() - 0.75 * 0.125).abs() < 1e-15);
}

#[test]
fn single_precision_quadrature() {
    let g = gaussian(150, 100, 7);
    let a = symmetrised(&(&g * g.transpose()));
    let (single, double): (DenseOperator<f32>, DenseOperator) = (operator(&a), operator(&a));
    let (single, double) = (
        slq(&single, &options(6, 30)).unwrap(),
        slq(&double, &options(6, 30)).unwrap(),
    );
    for (x, y) in single.moments(4).iter().zip(double.moments(4)) {
        assert!(
            (x.mean - y.mean).abs() < 1e-4 * y.mean,
            "{} {}",
            x.mean,
            y.mean
        );
    }
}

#[test]
fn serialises_without_loss() {
    let op: DenseOperator = operator(&wigner(30, 8));
    let density = slq(&op, &options(3, 9)).unwrap();
    let text = serde_json::to_string(&density).unwrap();
    assert_eq!(
        serde_json::from_str::<SpectralDensity>(&text).unwrap(),
        density
    );
    // Options may be given in part.
    let partial: SlqOptions =
        serde_json::from_str(r#"{"probes": 3, "reorthogonalisation": "full"}"#).unwrap();
    assert_eq!(
        partial,
        SlqOptions {
            probes: 3,
            reorthogonalisation: Reorthogonalisation::Full,
            ..SlqOptions::default()
        }
    );
}

#[test]
fn reference_width() {
    // Two Gaussians at distance H: the ratio of the peak's own height to the midpoint's sum is kappa at most.
    let (steps, kappa) = (129, 1.25);
    let width = gaussian_width(-1.0, 1.0, steps, kappa).unwrap();
    let h = 2.0 / 128.0;
    assert!((width - h / (8.0 * kappa.ln()).sqrt()).abs() < 1e-17);
    let midpoint = (-0.5 * (0.5 * h / width).powi(2)).exp();
    assert!((1.0 / midpoint - kappa).abs() < 1e-12);
}

#[test]
fn errors_are_said() {
    let op: DenseOperator = operator(&wigner(10, 9));
    let option = |result: Result<SpectralDensity, SpectralError>| match result {
        Err(SpectralError::InvalidOption { option, .. }) => option,
        other => panic!("{other:?}"),
    };
    assert_eq!(option(slq(&op, &options(0, 5))), "probes");
    assert_eq!(option(slq(&op, &options(5, 0))), "steps");
    assert_eq!(
        option(slq(
            &op,
            &SlqOptions {
                breakdown: Breakdown::Restart,
                ..options(2, 5)
            }
        )),
        "breakdown"
    );
    let density = slq(&op, &options(2, 5)).unwrap();
    assert!(density.density(&[0.0], 0.0).is_err());
    assert!(density.density(&[0.0], f64::NAN).is_err());
    assert!(linear_grid(1.0, 1.0, 5).is_err());
    assert!(linear_grid(0.0, 1.0, 1).is_err());
    assert!(LogGrid::new(0.0, 1.0, 5).is_err());
    assert!(SymmetricLogGrid::new(2.0, 1.0, 5).is_err());
    assert!(gaussian_width(0.0, 1.0, 1, 1.25).is_err());
    assert!(gaussian_width(0.0, 1.0, 5, 1.0).is_err());
    assert_eq!(linear_grid(-1.0, 3.0, 3).unwrap(), [-1.0, 1.0, 3.0]);
}
