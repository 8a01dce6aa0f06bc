//! Range, subspace iteration and deflation against dense eigenvalues.
#![allow(clippy::unwrap_used)]

mod common;

use common::{eigenvalues, gaussian, max_difference, operator, symmetrised, wigner, with_spectrum};
use faer::Mat;
use hesscope_spectral::{
    Breakdown, Deflated, DenseOperator, Eigenpairs, LinearOperator, ProbeKind, RangeOptions,
    Reorthogonalisation, SlqOptions, SpectralError, SubspaceOptions, VectorSpace, deflated_density,
    spectral_range, subspace_iteration, to_dense,
};
use proptest::prelude::*;

fn by_modulus(values: &[f64], count: usize) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
    sorted.truncate(count);
    sorted
}

/// A bulk in [-1, 1] and the outliers given.
fn bulk_and(outliers: &[f64], p: usize) -> Vec<f64> {
    let bulk = p - outliers.len();
    let mut values: Vec<f64> = (0..bulk)
        .map(|i| -1.0 + 2.0 * i as f64 / (bulk - 1) as f64)
        .collect();
    values.extend(outliers);
    values
}

fn check_pairs<O: LinearOperator>(
    op: &O,
    pairs: &Eigenpairs<<O::Space as VectorSpace>::Vector>,
    tolerance: f64,
) {
    let space = op.space();
    let mut products = op.apply(&pairs.vectors).unwrap();
    for (i, product) in products.iter_mut().enumerate() {
        space.axpy(-pairs.values[i], &pairs.vectors[i], product);
        assert!((space.norm(product) - pairs.residuals[i]).abs() <= tolerance);
    }
    let gram = space.gram(&pairs.vectors, &pairs.vectors);
    for j in 0..gram.ncols() {
        for i in 0..gram.nrows() {
            assert!((gram[(i, j)] - f64::from(u8::from(i == j))).abs() <= tolerance);
        }
    }
}

#[test]
fn range_holds_the_spectrum() {
    for seed in 0..10 {
        let a = wigner(150, seed);
        let truth = eigenvalues(&a);
        for steps in [4, 16, 64] {
            let op: DenseOperator = operator(&a);
            let range = spectral_range(
                &op,
                &RangeOptions {
                    steps,
                    seed,
                    ..RangeOptions::default()
                },
            )
            .unwrap();
            assert!(
                range.lower < truth[0] && range.upper > truth[149],
                "{steps}"
            );
            assert!(range.ritz_min >= truth[0] - 1e-12 && range.ritz_max <= truth[149] + 1e-12);
            assert_eq!(range.steps, steps);
            let width = range.ritz_max + range.residual_max - range.ritz_min + range.residual_min;
            assert!(
                (range.upper - range.ritz_max - range.residual_max - 0.05 * width).abs() < 1e-12
            );
            assert!(
                (range.ritz_min - range.residual_min - range.lower - 0.05 * width).abs() < 1e-12
            );
        }
    }
}

#[test]
fn range_of_the_identity_is_a_point() {
    let op: DenseOperator = operator(&Mat::from_fn(20, 20, |i, j| if i == j { 3.0 } else { 0.0 }));
    let range = spectral_range(&op, &RangeOptions::default()).unwrap();
    assert_eq!(range.steps, 1);
    assert!((range.ritz_min - 3.0).abs() < 1e-14 && range.upper - range.lower < 1e-13);
}

#[test]
fn largest_modulus_of_both_signs() {
    let outliers = [9.0, -8.0, 7.0, 6.0, -5.0, 4.0];
    let op: DenseOperator = operator(&with_spectrum(&bulk_and(&outliers, 200), 1));
    let options = SubspaceOptions {
        pairs: 6,
        oversampling: 4,
        tolerance: 1e-10,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    assert!(found.converged && found.pair_converged.iter().all(|&x| x));
    println!("iterations {}", found.iterations);
    assert!(found.iterations < 40);
    assert!(max_difference(&found.pairs.values, &outliers) < 1e-12);
    assert!(found.guard_values.len() == 4 && found.guard_values.iter().all(|x| x.abs() <= 1.0));
    assert_eq!(found.guard_residuals.len(), 4);
    check_pairs(&op, &found.pairs, 1e-12);
    // The same bits again.
    let again = subspace_iteration(&op, &options, None).unwrap();
    assert_eq!(again.pairs.values, found.pairs.values);
    assert_eq!(again.pairs.vectors, found.pairs.vectors);
}

#[test]
fn fewer_nonzero_eigenvalues_than_pairs() {
    let g = gaussian(80, 5, 3);
    let a = symmetrised(&(&g * g.transpose()));
    let op: DenseOperator = operator(&a);
    let truth = by_modulus(&eigenvalues(&a), 12);
    let options = SubspaceOptions {
        pairs: 12,
        oversampling: 4,
        tolerance: 1e-12,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    assert!(found.converged, "{:?}", found.pairs.residuals);
    assert!(found.iterations <= 4, "{}", found.iterations);
    assert!(max_difference(&found.pairs.values, &truth) < 1e-11);
    check_pairs(&op, &found.pairs, 1e-11);
}

#[test]
fn zero_operator_and_whole_space() {
    let zero: DenseOperator = operator(&Mat::zeros(10, 10));
    let options = SubspaceOptions {
        pairs: 4,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&zero, &options, None).unwrap();
    assert!(found.converged && found.iterations == 1 && found.pairs.values == [0.0; 4]);
    check_pairs(&zero, &found.pairs, 1e-14);

    // All p pairs at once: Rayleigh-Ritz on the whole space, one iteration.
    let a = wigner(30, 4);
    let op: DenseOperator = operator(&a);
    let options = SubspaceOptions {
        pairs: 30,
        tolerance: 1e-12,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    assert!(found.converged && found.iterations == 1 && found.guard_values.is_empty());
    assert!(max_difference(&found.pairs.values, &by_modulus(&eigenvalues(&a), 30)) < 1e-13);
}

#[test]
fn stops_at_the_limit_and_says_so() {
    let op: DenseOperator = operator(&wigner(200, 5));
    let options = SubspaceOptions {
        pairs: 5,
        oversampling: 2,
        tolerance: 1e-10,
        max_iterations: 3,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    assert!(!found.converged && found.iterations == 3);
    assert!(found.pair_converged.iter().any(|&done| !done));
    // What was found is still a set of true Ritz pairs with true residuals.
    check_pairs(&op, &found.pairs, 1e-13);
}

#[test]
fn warm_start_saves_iterations_even_when_degenerate() {
    let outliers = [9.0, 8.0, 7.0, 6.0];
    let op: DenseOperator = operator(&with_spectrum(&bulk_and(&outliers, 200), 6));
    let options = SubspaceOptions {
        pairs: 4,
        oversampling: 4,
        tolerance: 1e-9,
        ..SubspaceOptions::default()
    };
    let cold = subspace_iteration(&op, &options, None).unwrap();
    let warm = subspace_iteration(&op, &options, Some(&cold.pairs.vectors)).unwrap();
    assert!(warm.converged && warm.iterations == 1 && cold.iterations > 3);
    // Zero and repeated vectors are replaced.
    let first = cold.pairs.vectors[0].clone();
    let degenerate = vec![first.clone(), first, vec![0.0; 200]];
    let found = subspace_iteration(&op, &options, Some(&degenerate)).unwrap();
    assert!(found.converged);
    assert!(max_difference(&found.pairs.values, &outliers) < 1e-12);
}

#[test]
fn single_precision_pairs() {
    let outliers = [9.0, -8.0, 7.0, 6.0, -5.0];
    let op: DenseOperator<f32> = operator(&with_spectrum(&bulk_and(&outliers, 150), 7));
    let options = SubspaceOptions {
        pairs: 5,
        oversampling: 5,
        tolerance: 1e-5,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    assert!(found.converged);
    assert!(max_difference(&found.pairs.values, &outliers) < 1e-4);
    check_pairs(&op, &found.pairs, 1e-5);
    // Orthonormal enough to deflate by.
    assert!(Deflated::new(&op, &found.pairs).is_ok());
}

#[test]
fn deflated_operator_is_the_projected_matrix() {
    let outliers = [9.0, -8.0, 7.0];
    let a = with_spectrum(&bulk_and(&outliers, 60), 8);
    let op: DenseOperator = operator(&a);
    let options = SubspaceOptions {
        pairs: 3,
        tolerance: 1e-12,
        ..SubspaceOptions::default()
    };
    let found = subspace_iteration(&op, &options, None).unwrap();
    let deflated = Deflated::new(&op, &found.pairs).unwrap();
    assert_eq!(deflated.effective_dim(), 57);
    let dense = to_dense(&deflated, 7).unwrap();
    let mut expected = bulk_and(&[], 57);
    expected.extend([0.0; 3]);
    expected.sort_by(f64::total_cmp);
    assert!(max_difference(&eigenvalues(&symmetrised(&dense)), &expected) < 1e-12);
    // A second deflation on top is refused.
    assert!(Deflated::new(&deflated, &found.pairs).is_err());
}

#[test]
fn deflated_density_run_to_the_end_is_the_spectrum() {
    let outliers = [9.0, -8.0, 7.0];
    let mut spectrum = bulk_and(&outliers, 80);
    spectrum.extend([0.0; 40]);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 9));
    let options = SubspaceOptions {
        pairs: 3,
        tolerance: 1e-12,
        ..SubspaceOptions::default()
    };
    let pairs = subspace_iteration(&op, &options, None).unwrap().pairs;
    let exact = SlqOptions {
        steps: 120,
        reorthogonalisation: Reorthogonalisation::Full,
        breakdown: Breakdown::Restart,
        ..SlqOptions::default()
    };
    let density = deflated_density(&op, &pairs, &exact).unwrap();
    assert!(density.exact);
    assert_eq!(
        (
            density.dim,
            density.atoms.len(),
            density.quadratures[0].nodes.len()
        ),
        (120, 3, 117)
    );
    let all = density.eigenvalues().unwrap();
    spectrum.sort_by(f64::total_cmp);
    assert!(max_difference(&all, &spectrum) < 1e-12);
    for (k, moment) in (1..).zip(density.moments(4)) {
        let truth = spectrum.iter().map(|x| x.powi(k)).sum::<f64>() / 120.0;
        assert!((moment.mean - truth).abs() < 1e-11 * truth.abs());
    }
}

#[test]
fn deflation_removes_the_outliers_sampling_error() {
    let outliers: Vec<f64> = (0..10).map(|i| 50.0 + 5.0 * f64::from(i)).collect();
    let spectrum = bulk_and(&outliers, 200);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 10));
    let options = SubspaceOptions {
        tolerance: 1e-8,
        ..SubspaceOptions::default()
    };
    let pairs = subspace_iteration(&op, &options, None).unwrap().pairs;
    for kind in [
        ProbeKind::Gaussian,
        ProbeKind::Rademacher,
        ProbeKind::UnitSphere,
    ] {
        let slq_options = SlqOptions {
            probes: 10,
            steps: 40,
            kind,
            ..SlqOptions::default()
        };
        let density = deflated_density(&op, &pairs, &slq_options).unwrap();
        let plain = hesscope_spectral::slq(&op, &slq_options).unwrap();
        let truth = spectrum.iter().sum::<f64>() / 200.0;
        let (with, without) = (density.moments(1)[0], plain.moments(1)[0]);
        let error = with.standard_error.unwrap();
        assert!(
            (with.mean - truth).abs() < 4.0 * error,
            "{} {truth} {error}",
            with.mean
        );
        assert!(10.0 * error < without.standard_error.unwrap());
        // No node of the rest is an outlier.
        assert!(
            density
                .quadratures
                .iter()
                .flat_map(|q| &q.nodes)
                .all(|x| x.abs() < 1.0 + 1e-6)
        );
    }
}

#[test]
fn errors_are_said() {
    let op: DenseOperator = operator(&wigner(10, 11));
    let run = |options| subspace_iteration(&op, &options, None).map(|_| ());
    let base = SubspaceOptions::default();
    assert!(run(SubspaceOptions { pairs: 11, ..base }).is_err());
    assert!(run(SubspaceOptions { pairs: 0, ..base }).is_err());
    assert!(
        run(SubspaceOptions {
            max_iterations: 0,
            ..base
        })
        .is_err()
    );
    assert!(
        run(SubspaceOptions {
            tolerance: f64::NAN,
            ..base
        })
        .is_err()
    );
    assert!(
        spectral_range(
            &op,
            &RangeOptions {
                margin: -1.0,
                ..RangeOptions::default()
            }
        )
        .is_err()
    );

    let skew = Eigenpairs {
        values: vec![1.0, 1.0],
        vectors: vec![vec![1.0; 10], vec![0.0; 10]],
        residuals: vec![0.0, 0.0],
    };
    assert!(matches!(
        Deflated::new(&op, &skew),
        Err(SpectralError::NotOrthonormal { .. })
    ));
    assert!(DenseOperator::<f64>::new(Mat::from_fn(2, 2, |i, j| (i + 2 * j) as f64)).is_err());
    assert!(DenseOperator::<f64>::new(Mat::zeros(2, 3)).is_err());
    assert!(DenseOperator::<f64>::new(Mat::from_fn(2, 2, |_, _| f64::NAN)).is_err());
    assert!(to_dense(&op, 0).is_err());
}

#[test]
fn dense_round_trip() {
    let a = wigner(23, 12);
    let op: DenseOperator = operator(&a);
    for block_size in [1, 5, 23, 100] {
        assert_eq!(to_dense(&op, block_size).unwrap(), a);
    }
    // Through references and boxes too.
    let boxed: Box<dyn LinearOperator<Space = _>> = Box::new(op);
    assert_eq!(to_dense(&&boxed, 4).unwrap(), a);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn leading_pairs_of_any_separated_spectrum(
        leading in prop::collection::vec(2.0_f64..100.0, 1..8),
        negative in prop::collection::vec(any::<bool>(), 8),
        p in 20_usize..60,
        seed in 0_u64..1000,
    ) {
        let signed: Vec<f64> = leading.iter().zip(&negative).map(|(x, &n)| if n { -x } else { *x }).collect();
        let spectrum = bulk_and(&signed, p);
        let op: DenseOperator = operator(&with_spectrum(&spectrum, seed));
        let options = SubspaceOptions {
            pairs: signed.len(),
            oversampling: 3,
            tolerance: 1e-9,
            max_iterations: 500,
            ..SubspaceOptions::default()
        };
        let found = subspace_iteration(&op, &options, None).unwrap();
        prop_assert!(found.converged);
        let mut values = found.pairs.values.clone();
        let mut expected = signed;
        values.sort_by(f64::total_cmp);
        expected.sort_by(f64::total_cmp);
        prop_assert!(max_difference(&values, &expected) < 1e-11 * 100.0);
    }
}
