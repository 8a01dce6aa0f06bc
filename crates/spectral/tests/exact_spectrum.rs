//! p Lanczos steps with full reorthogonalisation and restarts give the spectrum itself.
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    eigenvalues, gaussian, largest_modulus, max_difference, operator, symmetrised, wigner,
    with_spectrum,
};
use faer::Mat;
use hesscope_spectral::{Breakdown, Reorthogonalisation, SlqOptions, slq};
use proptest::prelude::*;

fn exact(steps: usize) -> SlqOptions {
    SlqOptions {
        steps,
        reorthogonalisation: Reorthogonalisation::Full,
        breakdown: Breakdown::Restart,
        ..SlqOptions::default()
    }
}

/// Compares with the given spectrum, or with faer's, to `tolerance` of the norm; returns the error over the norm.
fn check(a: &Mat<f64>, spectrum: Option<&[f64]>, tolerance: f64) -> f64 {
    let p = a.nrows();
    let mut reference = spectrum.map_or_else(|| eigenvalues(a), <[f64]>::to_vec);
    reference.sort_by(f64::total_cmp);
    let norm = largest_modulus(&reference);
    let density = slq(&operator::<f64>(a), &exact(p)).unwrap();
    assert!(density.exact);
    assert_eq!(density.quadratures.len(), 1);
    let error = max_difference(&density.quadratures[0].nodes, &reference);
    assert!(
        error <= tolerance * norm,
        "p = {p}: {error:e} against norm {norm:e}"
    );
    for (k, moment) in (1..).zip(density.moments(4)) {
        let truth = reference.iter().map(|x| x.powi(k)).sum::<f64>() / p as f64;
        let scale = reference.iter().map(|x| x.abs().powi(k)).sum::<f64>() / p as f64;
        assert!(
            (moment.mean - truth).abs() <= 1e-8 * truth.abs().max(1e-3 * scale),
            "moment {k}"
        );
        assert_eq!(moment.standard_error, Some(0.0));
    }
    if norm > 0.0 { error / norm } else { 0.0 }
}

#[test]
fn wigner_of_order_600() {
    let error = check(&wigner(600, 1), None, 1e-12);
    println!("wigner 600: {error:e}");
}

#[test]
fn rank_deficient_of_order_600() {
    // A Gram matrix of rank 40.
    let g = gaussian(600, 40, 2);
    let error = check(&symmetrised(&(&g * g.transpose())), None, 1e-12);
    println!("rank 40 of 600: {error:e}");
}

#[test]
fn repeated_eigenvalues() {
    let mut spectrum = vec![3.0; 50];
    spectrum.extend(vec![-1.0; 60]);
    spectrum.extend(vec![0.0; 70]);
    spectrum.extend((0..20).map(|i| 0.1 * f64::from(i)));
    let error = check(&with_spectrum(&spectrum, 3), Some(&spectrum), 1e-12);
    println!("repeated, 200: {error:e}");
}

#[test]
fn spectrum_over_sixteen_decades() {
    let spectrum: Vec<f64> = (0..300)
        .map(|i| 10.0_f64.powf(-16.0 * f64::from(i) / 299.0))
        .collect();
    let error = check(&with_spectrum(&spectrum, 4), Some(&spectrum), 1e-12);
    println!("sixteen decades, 300: {error:e}");
}

#[test]
fn diagonal_identity_and_zero() {
    check(
        &Mat::from_fn(40, 40, |i, j| if i == j { 2.5 } else { 0.0 }),
        None,
        1e-13,
    );
    check(&Mat::from_fn(40, 40, |_, _| 0.0), None, 0.0);
    check(
        &Mat::from_fn(30, 30, |i, j| if i == j { i as f64 } else { 0.0 }),
        None,
        1e-13,
    );
    check(&Mat::from_fn(1, 1, |_, _| -7.0), None, 1e-15);
    check(
        &Mat::from_fn(2, 2, |i, j| if i == j { 1.0 } else { 3.0 }),
        None,
        1e-14,
    );
}

#[test]
fn all_ones_of_order_500() {
    check(&Mat::from_fn(500, 500, |_, _| 1.0), None, 1e-12);
}

#[test]
fn single_precision() {
    let mut spectrum: Vec<f64> = (0..120).map(|i| f64::from(i % 7) - 2.0).collect();
    spectrum.extend(vec![0.0; 30]);
    let a = with_spectrum(&spectrum, 5);
    spectrum.sort_by(f64::total_cmp);
    let density = slq(&operator::<f32>(&a), &exact(150)).unwrap();
    let error = max_difference(&density.quadratures[0].nodes, &spectrum);
    assert!(error <= 1e-4 * 4.0, "{error:e}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_small_spectrum(
        values in prop::collection::vec(-5_i32..5, 1..40),
        exponents in prop::collection::vec(-12_i32..1, 40),
        seed in 0_u64..1000,
    ) {
        // Small integers times powers of ten: zeros, repeats and clusters are all common.
        let spectrum: Vec<f64> =
            values.iter().zip(&exponents).map(|(&v, &e)| f64::from(v) * 10.0_f64.powi(e)).collect();
        check(&with_spectrum(&spectrum, seed), Some(&spectrum), 1e-12);
    }
}
