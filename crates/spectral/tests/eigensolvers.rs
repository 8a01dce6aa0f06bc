//! Extreme eigenpairs of known spectra, to ten digits.
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    Reflected, largest_modulus, operator, reference_spectra, spectra, stop_everywhere,
    with_spectrum,
};
use hesscope_spectral::{
    ChebyshevEstimation, ChebyshevOptions, Deflated, EigenResult, End, HostSpace, LinearOperator,
    Scalar, ThickRestartEstimation, ThickRestartOptions, VectorSpace, chebyshev, thick_restart,
};

const ENDS: [End; 4] = [
    End::LargestMagnitude,
    End::LargestAlgebraic,
    End::SmallestAlgebraic,
    End::Both,
];

/// The values wanted of a spectrum.
fn leading(spectrum: &[f64], end: End, pairs: usize) -> Vec<f64> {
    let mut sorted = spectrum.to_vec();
    sorted.sort_by(f64::total_cmp);
    let falling = || sorted.iter().rev().copied();
    match end {
        End::LargestMagnitude => {
            sorted.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
            sorted[..pairs].to_vec()
        }
        End::LargestAlgebraic => falling().take(pairs).collect(),
        End::SmallestAlgebraic => sorted[..pairs].to_vec(),
        End::Both => falling()
            .take(pairs)
            .chain(sorted[..pairs].iter().copied())
            .collect(),
    }
}

/// Checks values, residuals as the operator has them, and orthonormality, in units of the largest modulus.
fn check<T: Scalar, O: LinearOperator<Space = HostSpace<T>>>(
    op: &O,
    found: &EigenResult<Vec<T>>,
    (expected, scale): (&[f64], f64),
    tolerance: f64,
    what: &str,
) {
    assert!(found.converged, "{what}: {:?}", found.pairs.residuals);
    assert_eq!(found.pairs.values.len(), expected.len(), "{what}");
    for (value, truth) in found.pairs.values.iter().zip(expected) {
        assert!(
            (value - truth).abs() <= tolerance * scale,
            "{what}: {value} for {truth}: {:?}",
            found.pairs.values
        );
    }
    let space = op.space();
    let products = op.apply(&found.pairs.vectors).unwrap();
    for (i, product) in products.iter().enumerate() {
        let mut residual = product.clone();
        space.axpy(
            -found.pairs.values[i],
            &found.pairs.vectors[i],
            &mut residual,
        );
        let norm = space.norm(&residual);
        assert!(
            (norm - found.pairs.residuals[i]).abs() <= 1e-3 * norm + 32.0 * space.epsilon() * scale
        );
        assert!(
            norm <= 2.0 * tolerance.max(1e-10) * scale,
            "{what}: {norm:e}"
        );
    }
    let gram = space.gram(&found.pairs.vectors, &found.pairs.vectors);
    for j in 0..gram.ncols() {
        for i in 0..gram.nrows() {
            let identity = f64::from(u8::from(i == j));
            assert!(
                (gram[(i, j)] - identity).abs() < 100.0 * space.epsilon(),
                "{what}"
            );
        }
    }
}

fn options(pairs: usize, end: End) -> ThickRestartOptions {
    ThickRestartOptions {
        pairs,
        end,
        ..ThickRestartOptions::default()
    }
}

#[test]
fn thick_restart_finds_the_ends_of_known_spectra() {
    for (name, spectrum) in spectra(800) {
        let op = Reflected::<f64>::new(&spectrum, 2, 1);
        for end in [End::LargestAlgebraic, End::LargestMagnitude] {
            // All four copies of 5 and both of 4 are there, one start and one vector at a time.
            let found = thick_restart(&op, &options(6, end)).unwrap();
            check(
                &op,
                &found,
                (&leading(&spectrum, end, 6), largest_modulus(&spectrum)),
                1e-10,
                name,
            );
        }
    }
    let (name, spectrum) = spectra(5000).remove(0);
    let op = Reflected::<f64>::new(&spectrum, 2, 1);
    let found = thick_restart(&op, &options(3, End::Both)).unwrap();
    check(
        &op,
        &found,
        (
            &leading(&spectrum, End::Both, 3),
            largest_modulus(&spectrum),
        ),
        1e-10,
        name,
    );
}

#[test]
fn thick_restart_finds_the_ends_of_the_references() {
    for (name, spectrum) in reference_spectra() {
        let op = Reflected::<f64>::new(&spectrum, 2, 3);
        for end in ENDS {
            for (locking, block_size) in [(false, 1), (true, 1), (true, 3)] {
                let options = ThickRestartOptions {
                    locking,
                    block_size,
                    ..options(4, end)
                };
                let found = thick_restart(&op, &options).unwrap();
                let what = format!("{name} {end:?} {locking} {block_size}");
                check(
                    &op,
                    &found,
                    (&leading(&spectrum, end, 4), largest_modulus(&spectrum)),
                    1e-10,
                    &what,
                );
            }
        }
    }
}

#[test]
fn thick_restart_in_single_precision() {
    for (name, spectrum) in spectra(600) {
        let op = Reflected::<f32>::new(&spectrum, 2, 5);
        let options = ThickRestartOptions {
            tolerance: 1e-5,
            ..options(5, End::LargestAlgebraic)
        };
        let found = thick_restart(&op, &options).unwrap();
        let expected = leading(&spectrum, End::LargestAlgebraic, 5);
        check(
            &op,
            &found,
            (&expected, largest_modulus(&spectrum)),
            1e-5,
            name,
        );
    }
}

#[test]
fn thick_restart_of_dense_and_degenerate_matrices() {
    let cases: Vec<Vec<f64>> = vec![
        vec![2.0; 20],
        vec![0.0; 20],
        (0..20).map(|i| if i < 3 { 1.0 } else { 0.0 }).collect(),
        (0..20).map(f64::from).collect(),
        (0..20).map(|i| f64::from(i % 4) - 1.25).collect(),
    ];
    for spectrum in cases {
        let op = operator::<f64>(&with_spectrum(&spectrum, 2));
        for end in ENDS {
            for window in [0, 14] {
                for locking in [false, true] {
                    let options = ThickRestartOptions {
                        window,
                        locking,
                        ..options(5, end)
                    };
                    let found = thick_restart(&op, &options).unwrap();
                    let what = format!("{spectrum:?} {end:?} {window} {locking}");
                    check(
                        &op,
                        &found,
                        (&leading(&spectrum, end, 5), largest_modulus(&spectrum)),
                        1e-10,
                        &what,
                    );
                }
            }
        }
    }
}

#[test]
fn excluded_vectors_stay_out() {
    let (_, spectrum) = spectra(300).remove(0);
    let op = Reflected::<f64>::new(&spectrum, 2, 1);
    let top = thick_restart(&op, &options(3, End::LargestAlgebraic)).unwrap();
    let deflated = Deflated::new(&op, &top.pairs).unwrap();
    let found = thick_restart(&deflated, &options(3, End::LargestAlgebraic)).unwrap();
    let expected = leading(&spectrum, End::LargestAlgebraic, 6);
    check(
        &deflated,
        &found,
        (&expected[3..], largest_modulus(&spectrum)),
        1e-9,
        "deflated",
    );
}

#[test]
fn thick_restart_goes_on_to_the_bit() {
    let (_, spectrum) = spectra(60).remove(3);
    let op = Reflected::<f64>::new(&spectrum, 2, 1);
    for (locking, block_size) in [(false, 1), (true, 2)] {
        let options = ThickRestartOptions {
            locking,
            block_size,
            window: 14,
            ..options(6, End::LargestAlgebraic)
        };
        stop_everywhere(
            &op,
            &options,
            || ThickRestartEstimation::begin(&op, &options).unwrap(),
            |a, b| {
                assert_eq!(a.pairs.values, b.pairs.values);
                assert_eq!(a.pairs.vectors, b.pairs.vectors);
                assert_eq!(a.pairs.residuals, b.pairs.residuals);
            },
        );
    }
}

#[test]
fn steps_that_do_not_suffice_are_said_not_to() {
    let (_, spectrum) = spectra(500).remove(1);
    let op = Reflected::<f64>::new(&spectrum, 2, 1);
    let options = ThickRestartOptions {
        max_steps: 5,
        ..options(4, End::LargestAlgebraic)
    };
    let found = thick_restart(&op, &options).unwrap();
    assert!(!found.converged);
    assert_eq!(found.steps, 6);
    assert!(
        thick_restart(
            &op,
            &ThickRestartOptions {
                window: 5,
                ..options
            }
        )
        .is_err()
    );
    assert!(
        thick_restart(
            &op,
            &ThickRestartOptions {
                pairs: 0,
                ..options
            }
        )
        .is_err()
    );
    assert!(
        thick_restart(
            &op,
            &ThickRestartOptions {
                pairs: 501,
                ..options
            }
        )
        .is_err()
    );
}

fn chebyshev_options(pairs: usize, end: End) -> ChebyshevOptions {
    ChebyshevOptions {
        pairs,
        end,
        ..ChebyshevOptions::default()
    }
}

#[test]
fn chebyshev_finds_either_end() {
    let mut all = spectra(800);
    all.extend(reference_spectra());
    for (name, spectrum) in all {
        let op = Reflected::<f64>::new(&spectrum, 2, 3);
        let scale = largest_modulus(&spectrum);
        for end in [End::LargestAlgebraic, End::SmallestAlgebraic] {
            // The lower edges of these spectra are crowded beyond what a residual tells apart.
            let crowded = ["Marchenko-Pastur", "power law"].contains(&name);
            if crowded && end == End::SmallestAlgebraic {
                continue;
            }
            let found = chebyshev(&op, &chebyshev_options(4, end)).unwrap();
            let what = format!("{name} {end:?} in {} steps", found.steps);
            check(
                &op,
                &found,
                (&leading(&spectrum, end, 4), scale),
                1e-10,
                &what,
            );
        }
    }
}

#[test]
fn chebyshev_in_single_precision_and_of_degenerate_matrices() {
    let (name, spectrum) = spectra(600).remove(0);
    let op = Reflected::<f32>::new(&spectrum, 2, 5);
    let options = ChebyshevOptions {
        tolerance: 1e-5,
        ..chebyshev_options(5, End::LargestAlgebraic)
    };
    let found = chebyshev(&op, &options).unwrap();
    let expected = leading(&spectrum, End::LargestAlgebraic, 5);
    check(
        &op,
        &found,
        (&expected, largest_modulus(&spectrum)),
        1e-5,
        name,
    );
    for spectrum in [
        vec![2.0; 20],
        vec![0.0; 40],
        (0..40).map(|i| if i < 3 { 1.0 } else { 0.0 }).collect(),
        (0..40).map(|i| f64::from(i % 4) - 1.25).collect(),
    ] {
        let op = operator::<f64>(&with_spectrum(&spectrum, 2));
        for end in [End::LargestAlgebraic, End::SmallestAlgebraic] {
            for degree in [1, 2, 7] {
                let options = ChebyshevOptions {
                    degree,
                    max_iterations: 400,
                    ..chebyshev_options(5, end)
                };
                let found = chebyshev(&op, &options).unwrap();
                let what = format!("{spectrum:?} {end:?} {degree}");
                let expected = leading(&spectrum, end, 5);
                check(
                    &op,
                    &found,
                    (&expected, largest_modulus(&spectrum)),
                    1e-10,
                    &what,
                );
            }
        }
    }
    let op = operator::<f64>(&with_spectrum(&[1.0, 2.0, 3.0], 2));
    assert!(chebyshev(&op, &chebyshev_options(1, End::Both)).is_err());
}

#[test]
fn chebyshev_goes_on_to_the_bit() {
    let (_, spectrum) = spectra(60).remove(0);
    let op = Reflected::<f64>::new(&spectrum, 2, 1);
    let options = ChebyshevOptions {
        degree: 4,
        ..chebyshev_options(5, End::LargestAlgebraic)
    };
    stop_everywhere(
        &op,
        &options,
        || ChebyshevEstimation::begin(&op, &options).unwrap(),
        |a, b| {
            assert_eq!(a.pairs.values, b.pairs.values);
            assert_eq!(a.pairs.vectors, b.pairs.vectors);
            assert_eq!(a.pairs.residuals, b.pairs.residuals);
        },
    );
}
