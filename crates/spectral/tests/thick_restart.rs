//! Thick-restart Lanczos against known spectra and dense eigenvalues.
#![allow(clippy::unwrap_used)]

mod common;

use common::spectra::{marchenko_pastur, reference_spectra, semicircle};
use common::{
    KnownSpectrum, check_extreme, check_resumable, check_resumable_on_disk, eigenvalues, gaussian,
    operator, symmetrised, wigner, with_spectrum,
};
use faer::Mat;
use hesscope_spectral::{
    Deflated, DenseOperator, Eigenpairs, Estimation, Extreme, LinearOperator, MemoryKeeper, Scalar,
    ThickRestartEstimation, ThickRestartOptions, thick_restart_lanczos,
};

const ALL: [Extreme; 3] = [
    Extreme::LargestAlgebraic,
    Extreme::SmallestAlgebraic,
    Extreme::LargestMagnitude,
];

/// Finds the pairs, checks them to `tolerance` of the norm and returns the products made.
fn check_on<O: LinearOperator>(
    op: &O,
    spectrum: &[f64],
    options: &ThickRestartOptions,
    tolerance: f64,
    name: &str,
) -> usize {
    let found = thick_restart_lanczos(op, options).unwrap();
    let which = options.which;
    assert!(
        found.converged,
        "{name} {which:?}: {:?}",
        found.pairs.residuals
    );
    let error = check_extreme(op, spectrum, |x| which.key(x), &found, tolerance);
    println!(
        "{name} {which:?}: {} products, error {error:.1e}",
        found.products
    );
    found.products
}

fn check(spectrum: &[f64], reflections: u64, pairs: usize, name: &str) {
    let op = KnownSpectrum::<f64>::new(spectrum, reflections);
    for which in ALL {
        let options = ThickRestartOptions {
            pairs,
            which,
            ..ThickRestartOptions::default()
        };
        check_on(&op, spectrum, &options, 1e-10, name);
    }
}

#[test]
fn outliers_and_semicircle() {
    let mut spectrum = semicircle(3_990, 1.0);
    spectrum.extend([-9.0, 8.0, 7.5, 7.4, 6.0, 5.0, 4.0, 3.0, -2.5, 2.0]);
    check(&spectrum, 3, 6, "outliers and semicircle, 4000");
}

#[test]
fn marchenko_pastur_with_outliers() {
    let mut spectrum = marchenko_pastur(2_995, 0.25);
    spectrum.extend([9.0, 8.0, 7.0, 5.0, 4.0]);
    check(&spectrum, 0, 5, "Marchenko-Pastur, 3000");
}

#[test]
fn power_law() {
    let spectrum: Vec<f64> = (1..=3000).map(|i| 1.0 / f64::from(i).powf(1.5)).collect();
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    for which in [Extreme::LargestAlgebraic, Extreme::LargestMagnitude] {
        let options = ThickRestartOptions {
            which,
            ..ThickRestartOptions::default()
        };
        check_on(&op, &spectrum, &options, 1e-10, "power law, 3000");
    }
}

#[test]
fn repeated_eigenvalues_are_counted() {
    // Diagonal, so that nothing but rounding brings in further copies.
    let mut spectrum = vec![5.0; 3];
    spectrum.extend([4.0, 3.0, 3.0, -6.0, -6.0, -5.5]);
    spectrum.extend((0..400).map(|i| -1.0 + f64::from(i) / 200.0));
    check(&spectrum, 0, 5, "repeated, 409");
    check(&spectrum, 4, 8, "repeated, 409");
    // Few distinct eigenvalues: the Krylov space is exhausted again and again.
    let spectrum: Vec<f64> = (0..120).map(|i| f64::from(i % 3)).collect();
    check(&spectrum, 2, 12, "three distinct, 120");
}

#[test]
fn without_a_round_a_copy_may_be_missed_and_with_one_it_is_found() {
    let mut spectrum = vec![5.0, 5.0, 4.0, 3.0];
    spectrum.extend((0..500).map(|i| f64::from(i) / 250.0 - 1.0));
    let op = KnownSpectrum::<f64>::new(&spectrum, 0);
    let options = ThickRestartOptions {
        pairs: 2,
        check_rounds: 0,
        tolerance: 1e-8,
        ..ThickRestartOptions::default()
    };
    let quick = thick_restart_lanczos(&op, &options).unwrap();
    assert!(quick.converged);
    // Two pairs indeed, but not the two largest.
    let difference = common::max_difference(&quick.pairs.values, &[5.0, 4.0]);
    assert!(difference < 1e-12, "{:?}", quick.pairs.values);
    let checked = ThickRestartOptions {
        check_rounds: 1,
        ..options
    };
    check_on(&op, &spectrum, &checked, 1e-8, "two copies, 504");
}

#[test]
fn tiny_and_zero_spectra() {
    let tiny: Vec<f64> = (0..300).map(|i| 1e-30 * (f64::from(i) - 100.0)).collect();
    check(&tiny, 3, 4, "tiny, 300");
    check(&[0.0; 50], 1, 3, "zero, 50");
    check(&[2.5; 40], 1, 40, "identity, 40");
    check(&[-7.0], 0, 1, "one dimension");
    let mut low_rank = vec![0.0; 500];
    low_rank[..4].copy_from_slice(&[10.0, 1.0, -1e-6, 1e-9]);
    check(&low_rank, 2, 6, "rank 4 of 500");
    let decades: Vec<f64> = (0..200)
        .map(|i| 10.0_f64.powf(-16.0 * f64::from(i) / 199.0))
        .collect();
    // Of the other end half lie within the tolerance of zero.
    let op = KnownSpectrum::<f64>::new(&decades, 3);
    let options = ThickRestartOptions::default();
    check_on(&op, &decades, &options, 1e-10, "sixteen decades, 200");
}

#[test]
fn dense_matrices() {
    let g = gaussian(150, 30, 2);
    for (name, a) in [
        ("wigner", wigner(150, 1)),
        ("rank 30", symmetrised(&(&g * g.transpose()))),
        ("all ones", Mat::from_fn(80, 80, |_, _| 1.0)),
    ] {
        let op: DenseOperator = operator(&a);
        for which in ALL {
            for pairs in [1, 7] {
                let options = ThickRestartOptions {
                    pairs,
                    which,
                    ..ThickRestartOptions::default()
                };
                check_on(&op, &eigenvalues(&a), &options, 1e-10, name);
            }
        }
    }
}

#[test]
fn reference_hessians() {
    for (name, spectrum) in reference_spectra(&["hessian"]) {
        check(&spectrum, 3, 6, &name);
    }
    for (name, spectrum) in reference_spectra(&["g"]) {
        let op = KnownSpectrum::<f64>::new(&spectrum, 3);
        check_on(
            &op,
            &spectrum,
            &ThickRestartOptions::default(),
            1e-10,
            &name,
        );
    }
}

#[test]
fn single_precision() {
    let mut spectrum = semicircle(1_000, 1.0);
    spectrum.extend([9.0, 8.0, 8.0, 7.0, -6.0, -5.0, -4.0]);
    let op = KnownSpectrum::<f32>::new(&spectrum, 2);
    for which in ALL {
        let options = ThickRestartOptions {
            pairs: 3,
            which,
            tolerance: 2e-6,
            ..ThickRestartOptions::default()
        };
        // 16 eps of f32.
        check_on(&op, &spectrum, &options, 2e-6, "f32, 1007");
        // More than the vectors hold is not reached, and the result says so, but is as good.
        let too_much = ThickRestartOptions {
            tolerance: 1e-12,
            ..options
        };
        let found = thick_restart_lanczos(&op, &too_much).unwrap();
        assert!(!found.converged && found.products < 1_000);
        check_extreme(&op, &spectrum, |x| which.key(x), &found, 4e-6);
    }
}

#[test]
fn small_windows_and_small_spaces() {
    let mut spectrum = semicircle(200, 1.0);
    spectrum.extend([4.0, 3.0, 2.0]);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    for (window, pairs) in [(5, 3), (6, 3), (203, 10), (1000, 203)] {
        let options = ThickRestartOptions {
            pairs,
            window,
            ..ThickRestartOptions::default()
        };
        check_on(&op, &spectrum, &options, 1e-10, &format!("window {window}"));
    }
    for dim in 1..6 {
        let spectrum: Vec<f64> = (0..dim).map(|i| f64::from(i) - 1.5).collect();
        check(&spectrum, 1, dim as usize, "small");
        check(&spectrum, 1, 1, "small");
    }
}

#[test]
fn excluded_vectors_stay_out() {
    let mut spectrum: Vec<f64> = (0..100).map(|i| f64::from(i) / 100.0).collect();
    spectrum.extend([50.0, 40.0]);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 3));
    let options = ThickRestartOptions {
        pairs: 2,
        ..ThickRestartOptions::default()
    };
    let top = thick_restart_lanczos(&op, &options).unwrap();
    let deflated = Deflated::new(&op, &top.pairs).unwrap();
    // The least eigenvalue is 0, as are those of the excluded directions; they must not be among the pairs.
    for which in [Extreme::LargestAlgebraic, Extreme::SmallestAlgebraic] {
        let options = ThickRestartOptions {
            pairs: 3,
            which,
            ..ThickRestartOptions::default()
        };
        let found = thick_restart_lanczos(&deflated, &options).unwrap();
        check_extreme(&deflated, &spectrum[..100], |x| which.key(x), &found, 1e-9);
        let overlaps = op.space();
        let gram = hesscope_spectral::VectorSpace::gram(
            overlaps,
            &top.pairs.vectors,
            &found.pairs.vectors,
        );
        for j in 0..3 {
            for i in 0..2 {
                assert!(gram[(i, j)].abs() < 1e-12);
            }
        }
    }
}

#[test]
fn stops_at_the_limit_and_says_so() {
    let op = KnownSpectrum::<f64>::new(semicircle(1_000, 1.0), 2);
    let options = ThickRestartOptions {
        pairs: 3,
        window: 10,
        max_products: 25,
        ..ThickRestartOptions::default()
    };
    let found = thick_restart_lanczos(&op, &options).unwrap();
    assert!(!found.converged && found.products == 28);
    assert!(found.pair_converged.iter().any(|&done| !done));
    assert!(found.pairs.residuals.iter().all(|&r| r > 0.0 && r < 1.0));
}

fn resumable_in<T: Scalar>() {
    let mut spectrum = semicircle(60, 1.0);
    spectrum.extend([4.0, 4.0, 3.0, -3.0, 2.0]);
    let op = KnownSpectrum::<T>::new(spectrum, 2);
    for which in ALL {
        for window in [0, 7, 12] {
            let options = ThickRestartOptions {
                pairs: 4,
                which,
                window,
                tolerance: 1e-6,
                check_rounds: 2,
                ..ThickRestartOptions::default()
            };
            let (whole, steps) = check_resumable(&op, &options, || {
                ThickRestartEstimation::begin(&op, &options).unwrap()
            });
            assert!(steps > 20, "{steps}");
            let mut keeper = MemoryKeeper::default();
            for _ in 0..2 {
                let kept = ThickRestartEstimation::begin(&op, &options)
                    .unwrap()
                    .run_kept(&op, "pairs", &mut keeper)
                    .unwrap();
                assert_eq!(format!("{kept:?}"), whole);
            }
        }
    }
}

#[test]
fn goes_on_to_the_bit_from_a_folder() {
    let mut spectrum: Vec<f64> = (0..20).map(|i| f64::from(i) / 20.0).collect();
    spectrum.extend([9.0, 9.0, 4.0]);
    let op = KnownSpectrum::<f64>::new(spectrum, 2);
    let options = ThickRestartOptions {
        pairs: 3,
        window: 7,
        tolerance: 1e-6,
        ..ThickRestartOptions::default()
    };
    let begin = || ThickRestartEstimation::begin(&op, &options).unwrap();
    let (whole, steps) = check_resumable(&op, &options, begin);
    assert!(steps > 12, "{steps}");
    assert_eq!(whole, check_resumable_on_disk(&op, &options, begin));
}

#[test]
fn goes_on_to_the_bit() {
    resumable_in::<f64>();
    resumable_in::<f32>();
}

#[test]
fn errors_are_said() {
    let op = KnownSpectrum::<f64>::new(vec![1.0; 30], 1);
    let base = ThickRestartOptions {
        pairs: 3,
        ..ThickRestartOptions::default()
    };
    let message = |options: ThickRestartOptions| {
        thick_restart_lanczos(&op, &options)
            .unwrap_err()
            .to_string()
    };
    assert!(message(ThickRestartOptions { pairs: 0, ..base }).contains("0 pairs"));
    assert!(message(ThickRestartOptions { pairs: 31, ..base }).contains("dimension 30"));
    assert!(message(ThickRestartOptions { window: 4, ..base }).contains("at least 5"));
    assert!(
        message(ThickRestartOptions {
            max_products: 9,
            ..base
        })
        .contains("window of 23")
    );
    assert!(
        message(ThickRestartOptions {
            tolerance: -1.0,
            ..base
        })
        .contains("tolerance")
    );
    let nan = KnownSpectrum::<f64>::new(vec![f64::NAN; 30], 0);
    assert!(thick_restart_lanczos(&nan, &base).is_err());
    let estimation = ThickRestartEstimation::begin(&op, &base).unwrap();
    let early = hesscope_spectral::Estimation::finish(estimation, &op);
    assert!(early.unwrap_err().to_string().contains("is not finished"));
    let empty = Eigenpairs::<Vec<f64>> {
        values: Vec::new(),
        vectors: Vec::new(),
        residuals: Vec::new(),
    };
    let deflated = Deflated::new(&op, &empty).unwrap();
    assert!(thick_restart_lanczos(&deflated, &base).unwrap().converged);
}
