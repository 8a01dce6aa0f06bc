//! Chebyshev-filtered subspace iteration against known spectra and dense eigenvalues.
#![allow(clippy::unwrap_used)]

mod common;

use common::spectra::{marchenko_pastur, reference_spectra, semicircle};
use common::{
    KnownSpectrum, check_extreme, check_resumable, check_resumable_on_disk, eigenvalues, gaussian,
    operator, symmetrised, wigner, with_spectrum,
};
use hesscope_spectral::{
    ChebyshevEstimation, ChebyshevOptions, Deflated, DenseOperator, Estimation, Extreme,
    LinearOperator, MemoryKeeper, ProbeKind, Probes, Scalar, SubspaceOptions, VectorSpace,
    chebyshev_subspace, subspace_iteration,
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
    options: &ChebyshevOptions,
    tolerance: f64,
    name: &str,
) -> usize {
    let found = chebyshev_subspace(op, options, None).unwrap();
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
        let options = ChebyshevOptions {
            pairs,
            which,
            ..ChebyshevOptions::default()
        };
        check_on(&op, spectrum, &options, 1e-10, name);
    }
}

#[test]
fn outliers_and_semicircle() {
    let mut spectrum = semicircle(2_990, 1.0);
    spectrum.extend([-9.0, 8.0, 7.5, 7.4, 6.0, -5.0, -4.0, 3.0, -2.5, 2.0]);
    check(&spectrum, 3, 4, "outliers and semicircle, 3000");
}

#[test]
fn marchenko_pastur_with_outliers() {
    let mut spectrum = marchenko_pastur(995, 0.25);
    spectrum.extend([9.0, 8.0, 7.0, 5.0, 4.0]);
    check(&spectrum, 0, 5, "Marchenko-Pastur, 1000");
}

#[test]
fn power_law() {
    let spectrum: Vec<f64> = (1..=1000).map(|i| 1.0 / f64::from(i).powf(1.5)).collect();
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    for which in [Extreme::LargestAlgebraic, Extreme::LargestMagnitude] {
        let options = ChebyshevOptions {
            which,
            ..ChebyshevOptions::default()
        };
        check_on(&op, &spectrum, &options, 1e-10, "power law, 1000");
    }
}

#[test]
fn repeated_tiny_and_zero() {
    let mut spectrum = vec![5.0; 5];
    spectrum.extend([4.0, 3.0, 3.0, -6.0, -6.0, -6.0, -5.5, -5.5]);
    spectrum.extend((0..200).map(|i| -1.0 + f64::from(i) / 100.0));
    check(&spectrum, 0, 6, "repeated, 213");
    let three: Vec<f64> = (0..120).map(|i| f64::from(i % 3)).collect();
    check(&three, 2, 12, "three distinct, 120");
    let tiny: Vec<f64> = (0..100).map(|i| 1e-30 * (f64::from(i) - 40.0)).collect();
    check(&tiny, 3, 4, "tiny, 100");
    check(&[0.0; 50], 1, 3, "zero, 50");
    check(&[2.5; 40], 1, 4, "identity, 40");
    check(&[2.5; 40], 1, 40, "identity, 40");
    check(&[-7.0], 0, 1, "one dimension");
    let mut low_rank = vec![0.0; 300];
    low_rank[..4].copy_from_slice(&[10.0, 1.0, -1e-6, 1e-10]);
    // At the smallest end -1e-6 lies beside 296 zeros in a spectrum 10 wide: no filter of degree 10 tells them apart.
    let op = KnownSpectrum::<f64>::new(low_rank.clone(), 2);
    for which in [Extreme::LargestAlgebraic, Extreme::LargestMagnitude] {
        let options = ChebyshevOptions {
            pairs: 6,
            which,
            ..ChebyshevOptions::default()
        };
        check_on(&op, &low_rank, &options, 1e-10, "rank 4 of 300");
    }
    // Locked pairs no longer limit the degree, so that four decades are crossed.
    let decades: Vec<f64> = (0..100)
        .map(|i| 10.0_f64.powf(-16.0 * f64::from(i) / 99.0))
        .collect();
    let op = KnownSpectrum::<f64>::new(&decades, 3);
    let options = ChebyshevOptions {
        pairs: 25,
        ..ChebyshevOptions::default()
    };
    check_on(&op, &decades, &options, 1e-10, "sixteen decades, 100");
}

#[test]
fn dense_matrices() {
    let g = gaussian(120, 30, 2);
    for (name, a) in [
        ("wigner", wigner(120, 1)),
        ("rank 30", symmetrised(&(&g * g.transpose()))),
    ] {
        let op: DenseOperator = operator(&a);
        for which in ALL {
            let options = ChebyshevOptions {
                pairs: 5,
                which,
                ..ChebyshevOptions::default()
            };
            check_on(&op, &eigenvalues(&a), &options, 1e-10, name);
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
        check_on(&op, &spectrum, &ChebyshevOptions::default(), 1e-10, &name);
    }
}

/// What the filter is for: eigenvalues that the bulk crowds take far fewer products than by plain iteration.
#[test]
fn fewer_products_than_plain_iteration() {
    let mut spectrum = semicircle(495, 1.0);
    spectrum.extend([1.15, 1.12, 1.1, 1.08, 1.06]);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    let options = ChebyshevOptions {
        pairs: 5,
        oversampling: 5,
        tolerance: 1e-8,
        ..ChebyshevOptions::default()
    };
    let filtered = check_on(&op, &spectrum, &options, 1e-8, "crowded, 500");
    let plain = SubspaceOptions {
        pairs: 5,
        oversampling: 5,
        tolerance: 1e-8,
        max_iterations: 10_000,
        ..SubspaceOptions::default()
    };
    let plain = subspace_iteration(&op, &plain, None).unwrap();
    assert!(plain.converged);
    println!("plain: {} products", 10 * plain.iterations);
    assert!(2 * filtered < 10 * plain.iterations);
}

#[test]
fn degrees_and_blocks() {
    let mut spectrum = semicircle(100, 1.0);
    spectrum.extend([4.0, 3.0, 2.0]);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    for degree in [1, 2, 7, 40] {
        for (pairs, oversampling) in [(3, 4), (1, 0), (103, 0), (3, 99)] {
            let options = ChebyshevOptions {
                pairs,
                oversampling,
                degree,
                max_iterations: 1000,
                ..ChebyshevOptions::default()
            };
            check_on(&op, &spectrum, &options, 1e-10, &format!("degree {degree}"));
        }
    }
}

#[test]
fn single_precision() {
    let mut spectrum = semicircle(500, 1.0);
    spectrum.extend([9.0, 8.0, 8.0, 7.0, -6.0, -5.0, -4.0]);
    let op = KnownSpectrum::<f32>::new(&spectrum, 2);
    for which in ALL {
        let options = ChebyshevOptions {
            pairs: 3,
            which,
            tolerance: 2e-6,
            ..ChebyshevOptions::default()
        };
        // 16 eps of f32.
        check_on(&op, &spectrum, &options, 2e-6, "f32, 507");
    }
}

#[test]
fn warm_start_saves_iterations() {
    let mut spectrum = semicircle(300, 1.0);
    spectrum.extend([4.0, 3.0, 2.0]);
    let op = KnownSpectrum::<f64>::new(&spectrum, 2);
    let options = ChebyshevOptions {
        pairs: 3,
        ..ChebyshevOptions::default()
    };
    let cold = chebyshev_subspace(&op, &options, None).unwrap();
    let mut vectors = cold.pairs.vectors.clone();
    vectors.extend([vec![0.0; 303], cold.pairs.vectors[0].clone()]);
    let warm = chebyshev_subspace(&op, &options, Some(&vectors)).unwrap();
    assert!(warm.converged && warm.products == 12 + 13 && cold.products > 100);
    check_extreme(&op, &spectrum, |x| x, &warm, 1e-10);
}

#[test]
fn excluded_vectors_stay_out() {
    let mut spectrum: Vec<f64> = (0..100).map(|i| 0.5 + f64::from(i) / 100.0).collect();
    spectrum.extend([50.0, 40.0]);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 3));
    let options = ChebyshevOptions {
        pairs: 2,
        ..ChebyshevOptions::default()
    };
    let top = chebyshev_subspace(&op, &options, None).unwrap();
    let deflated = Deflated::new(&op, &top.pairs).unwrap();
    for which in [Extreme::LargestAlgebraic, Extreme::SmallestAlgebraic] {
        let options = ChebyshevOptions {
            pairs: 3,
            which,
            ..ChebyshevOptions::default()
        };
        let found = chebyshev_subspace(&deflated, &options, None).unwrap();
        check_extreme(&deflated, &spectrum[..100], |x| which.key(x), &found, 1e-9);
        let gram = op.space().gram(&top.pairs.vectors, &found.pairs.vectors);
        assert!((0..3).all(|j| gram[(0, j)].abs() < 1e-12 && gram[(1, j)].abs() < 1e-12));
    }
}

fn resumable_in<T: Scalar>() {
    let mut spectrum = semicircle(60, 1.0);
    spectrum.extend([4.0, 4.0, 3.0, -3.0, 2.0]);
    let op = KnownSpectrum::<T>::new(spectrum, 2);
    let warm = Probes::new(ProbeKind::Gaussian, 9).block(op.space(), 0, 2);
    for which in ALL {
        for degree in [1, 6] {
            let options = ChebyshevOptions {
                pairs: 4,
                oversampling: 3,
                which,
                degree,
                tolerance: 1e-5,
                ..ChebyshevOptions::default()
            };
            let (whole, steps) = check_resumable(&op, &options, || {
                ChebyshevEstimation::begin(&op, &options, Some(&warm)).unwrap()
            });
            assert!(steps > 20, "{steps}");
            let mut keeper = MemoryKeeper::default();
            for warm in [Some(warm.as_slice()), None] {
                let kept = ChebyshevEstimation::begin(&op, &options, warm)
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
    let options = ChebyshevOptions {
        pairs: 3,
        oversampling: 2,
        degree: 3,
        bound_steps: 4,
        tolerance: 1e-6,
        ..ChebyshevOptions::default()
    };
    let begin = || ChebyshevEstimation::begin(&op, &options, None).unwrap();
    let (whole, steps) = check_resumable(&op, &options, begin);
    assert!(steps > 10, "{steps}");
    assert_eq!(whole, check_resumable_on_disk(&op, &options, begin));
}

#[test]
fn goes_on_to_the_bit() {
    resumable_in::<f64>();
    resumable_in::<f32>();
}

#[test]
fn errors_and_limits_are_said() {
    let op = KnownSpectrum::<f64>::new(semicircle(200, 1.0), 1);
    let base = ChebyshevOptions {
        pairs: 3,
        ..ChebyshevOptions::default()
    };
    let message = |options: ChebyshevOptions| {
        let wrong = chebyshev_subspace(&op, &options, None);
        wrong.unwrap_err().to_string()
    };
    assert!(message(ChebyshevOptions { pairs: 0, ..base }).contains("0 pairs"));
    assert!(message(ChebyshevOptions { pairs: 201, ..base }).contains("dimension 200"));
    assert!(message(ChebyshevOptions { degree: 0, ..base }).contains("degree"));
    assert!(
        message(ChebyshevOptions {
            bound_steps: 0,
            ..base
        })
        .contains("bound_steps")
    );
    assert!(
        message(ChebyshevOptions {
            max_iterations: 0,
            ..base
        })
        .contains("max_iterations")
    );
    assert!(
        message(ChebyshevOptions {
            tolerance: f64::NAN,
            ..base
        })
        .contains("tolerance")
    );
    let few = ChebyshevOptions {
        max_iterations: 2,
        ..base
    };
    let found = chebyshev_subspace(&op, &few, None).unwrap();
    assert!(!found.converged && found.pairs.values.len() == 3);
    assert_eq!(found.products, 12 + 13 * 11);
    let nan = KnownSpectrum::<f64>::new(vec![f64::NAN; 30], 0);
    assert!(chebyshev_subspace(&nan, &base, None).is_err());
}
