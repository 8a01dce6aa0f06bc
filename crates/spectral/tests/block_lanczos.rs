//! Block Lanczos against known spectra.
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    KnownSpectrum, check_resumable, eigenvalues, largest_modulus, marchenko_pastur, max_difference,
    operator, reference_spectra, semicircle, wigner,
};
use hesscope_spectral::{
    BlockLanczosEstimation, BlockLanczosOptions, Breakdown, DenseOperator, LinearOperator,
    MemoryKeeper, ProbeKind, Probes, Scalar, VectorSpace, block_lanczos, block_lanczos_kept,
};

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn starts<O: LinearOperator>(op: &O, count: usize) -> Vec<<O::Space as VectorSpace>::Vector> {
    Probes::new(ProbeKind::Gaussian, 8).block(op.space(), 0, count)
}

/// The `count` largest and smallest Ritz values to `tolerance` of the norm.
fn check_ends(
    spectrum: Vec<f64>,
    block: usize,
    steps: usize,
    count: usize,
    tolerance: f64,
    name: &str,
) {
    let spectrum = sorted(spectrum);
    let (p, norm) = (spectrum.len(), largest_modulus(&spectrum));
    let op = KnownSpectrum::<f64>::new(&spectrum, 3);
    let options = BlockLanczosOptions {
        steps,
        ..BlockLanczosOptions::default()
    };
    let run = block_lanczos(&op, &starts(&op, block), &options).unwrap();
    let n = run.ritz_values.len();
    assert_eq!(n, run.block_sizes.iter().sum::<usize>());
    let errors = [
        max_difference(&run.ritz_values[..count], &spectrum[..count]) / norm,
        max_difference(&run.ritz_values[n - count..], &spectrum[p - count..]) / norm,
    ];
    println!("{name}: {n} vectors, errors {errors:?}");
    assert!(errors.iter().all(|&error| error <= tolerance), "{errors:?}");
    for (value, bound) in run.ritz_values.iter().zip(&run.residual_bounds) {
        let distance = spectrum
            .iter()
            .fold(f64::INFINITY, |d, x| d.min((x - value).abs()));
        assert!(
            distance <= bound + 1e-13 * norm,
            "{value}: {distance:e} > {bound:e}"
        );
    }
}

#[test]
fn ends_of_known_spectra() {
    let mut spectrum = semicircle(1_990, 1.0);
    spectrum.extend([9.0, 8.0, 8.0, 8.0, 6.0, -9.0, -8.0, -8.0, -7.0, -7.0]);
    check_ends(spectrum, 4, 25, 5, 1e-10, "outliers and semicircle, 2000");
    let mut spectrum = marchenko_pastur(1_000, 0.3);
    spectrum.extend([12.0, 12.0, 10.0, -2.0, -1.0, -1.0]);
    check_ends(spectrum, 3, 30, 3, 1e-10, "Marchenko-Pastur, 1006");
}

#[test]
fn reference_hessians() {
    for (name, spectrum) in reference_spectra(&["hessian"]) {
        check_ends(spectrum, 4, 40, 4, 1e-10, &name);
    }
}

/// T is what it is said to be: `Q^T A Q`, a band as wide as the block, with orthonormal Q.
#[test]
fn the_projected_matrix_is_banded() {
    let a = wigner(90, 3);
    let op: DenseOperator = operator(&a);
    let options = BlockLanczosOptions {
        steps: 9,
        keep_basis: true,
        ..BlockLanczosOptions::default()
    };
    let run = block_lanczos(&op, &starts(&op, 5), &options).unwrap();
    let basis = run.basis.as_ref().unwrap();
    let products = op.apply(basis).unwrap();
    let (gram, t) = (
        op.space().gram(basis, basis),
        op.space().gram(basis, &products),
    );
    for j in 0..45 {
        for i in 0..45 {
            assert!((gram[(i, j)] - f64::from(u8::from(i == j))).abs() < 1e-13);
            assert!(
                (t[(i, j)] - run.projected[(i, j)]).abs() < 1e-13,
                "({i}, {j})"
            );
            assert!(i.abs_diff(j) <= 5 || run.projected[(i, j)] == 0.0);
        }
    }
    // Residual bounds are the residuals of the Ritz vectors.
    let indices: Vec<usize> = (0..45).collect();
    let vectors = run.ritz_vectors(op.space(), &indices).unwrap();
    let mut products = op.apply(&vectors).unwrap();
    for i in 0..45 {
        op.space()
            .axpy(-run.ritz_values[i], &vectors[i], &mut products[i]);
        let residual = op.space().norm(&products[i]);
        assert!((residual - run.residual_bounds[i]).abs() < 1e-13, "{i}");
    }
    assert!(run.ritz_vectors(op.space(), &[45]).is_err());
}

#[test]
fn multiplicity_up_to_the_block() {
    // Five distinct eigenvalues, each eight times; a block of b finds each b times and then shrinks to nothing.
    let spectrum: Vec<f64> = (0..40).map(|i| f64::from(i % 5) - 2.5).collect();
    let op = KnownSpectrum::<f64>::new(spectrum, 3);
    for block in [1, 3, 8, 10] {
        let options = BlockLanczosOptions::default();
        let run = block_lanczos(&op, &starts(&op, block), &options).unwrap();
        let copies = block.min(8);
        let expected: Vec<f64> = (0..5)
            .flat_map(|i| vec![f64::from(i) - 2.5; copies])
            .collect();
        assert_eq!(run.ritz_values.len(), expected.len());
        assert!(max_difference(&run.ritz_values, &expected) < 1e-12);
        assert!(run.residual_bounds.iter().all(|&bound| bound < 1e-11));
        assert!(run.invariant);
        assert_eq!(run.complete, copies == 8);
    }
}

#[test]
fn rank_deficient_blocks_shrink() {
    // Rank 7: the second block has the rank that is left.
    let mut spectrum = vec![0.0; 100];
    spectrum[..7].copy_from_slice(&[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, -1.0]);
    let op = KnownSpectrum::<f64>::new(spectrum, 2);
    let options = BlockLanczosOptions::default();
    let mut block = starts(&op, 5);
    let run = block_lanczos(&op, &block, &options).unwrap();
    assert_eq!(run.block_sizes, [5, 5, 2]);
    assert!(run.invariant && !run.complete);
    let n = run.ritz_values.len();
    assert!(max_difference(&run.ritz_values[n - 6..], &[2.0, 3.0, 4.0, 5.0, 6.0, 7.0]) < 1e-12);
    // Dependent starts shrink the first.
    let sum: Vec<f64> = block[0]
        .iter()
        .zip(&block[1])
        .map(|(a, b)| a - 2.0 * b)
        .collect();
    block.push(sum);
    block.push(vec![0.0; 100]);
    let again = block_lanczos(&op, &block, &options).unwrap();
    assert_eq!(again.block_sizes, [5, 5, 2]);
    assert_eq!(again.ritz_values, run.ritz_values);
}

#[test]
fn run_to_the_end_it_is_the_spectrum() {
    let cases = [
        semicircle(150, 1.0),
        (0..100).map(|i| f64::from(i % 4)).collect(),
        vec![0.0; 30],
        vec![2.5; 31],
        (0..120)
            .map(|i| 10.0_f64.powf(-16.0 * f64::from(i) / 119.0))
            .collect(),
        vec![-3.0],
        eigenvalues(&wigner(80, 2)),
    ];
    for spectrum in cases {
        let spectrum = sorted(spectrum);
        let op = KnownSpectrum::<f64>::new(&spectrum, 3);
        for block in [1, 4, 7] {
            let options = BlockLanczosOptions {
                steps: 1000,
                breakdown: Breakdown::Restart,
                ..BlockLanczosOptions::default()
            };
            let run = block_lanczos(&op, &starts(&op, block), &options).unwrap();
            assert!(run.complete && run.invariant);
            let error = max_difference(&run.ritz_values, &spectrum);
            assert!(
                error <= 1e-13 * largest_modulus(&spectrum).max(1.0),
                "{error:e}"
            );
        }
    }
}

#[test]
fn single_precision() {
    let mut spectrum = semicircle(300, 1.0);
    spectrum.extend([5.0, 5.0, 4.0, -6.0]);
    let spectrum = sorted(spectrum);
    let op = KnownSpectrum::<f32>::new(&spectrum, 2);
    let options = BlockLanczosOptions {
        steps: 20,
        ..BlockLanczosOptions::default()
    };
    let run = block_lanczos(&op, &starts(&op, 3), &options).unwrap();
    let n = run.ritz_values.len();
    // 8 eps of f32, of the norm.
    let error = max_difference(&run.ritz_values[n - 3..], &[4.0, 5.0, 5.0]);
    assert!(error < 1e-6 * 6.0, "{error:e}");
    assert!((run.ritz_values[0] + 6.0).abs() < 1e-6 * 6.0);
}

fn resumable_in<T: Scalar>() {
    let spectrum: Vec<f64> = (0..60).map(|i| f64::from(i % 9) - 2.0).collect();
    let op = KnownSpectrum::<T>::new(spectrum, 2);
    let block = starts(&op, 3);
    for breakdown in [Breakdown::Stop, Breakdown::Restart] {
        let options = BlockLanczosOptions {
            steps: 18,
            breakdown,
            keep_basis: true,
            seed: 5,
        };
        let (whole, steps) = check_resumable(&op, &options, || {
            BlockLanczosEstimation::begin(&op, &block, &options).unwrap()
        });
        assert!(steps >= 9, "{steps}");
        // Grown step by step it has the same bits.
        let mut keeper = MemoryKeeper::default();
        for grown in 1..=18 {
            let options = BlockLanczosOptions {
                steps: grown,
                ..options
            };
            let run = block_lanczos_kept(&op, &block, &options, "run", &mut keeper).unwrap();
            let direct = block_lanczos(&op, &block, &options).unwrap();
            assert_eq!(format!("{run:?}"), format!("{direct:?}"));
            if grown == 18 {
                assert_eq!(format!("{run:?}"), whole);
            }
        }
        let other = starts(&op, 2);
        let refused = block_lanczos_kept(&op, &other, &options, "run", &mut keeper);
        assert!(refused.unwrap_err().to_string().contains("others here"));
    }
}

#[test]
fn goes_on_to_the_bit() {
    resumable_in::<f64>();
    resumable_in::<f32>();
}

#[test]
fn errors_are_said() {
    let op = KnownSpectrum::<f64>::new(vec![1.0; 10], 0);
    let options = BlockLanczosOptions::default();
    assert!(block_lanczos(&op, &[], &options).is_err());
    assert!(block_lanczos(&op, &[vec![0.0; 10]], &options).is_err());
    assert!(block_lanczos(&op, &[vec![f64::NAN; 10]], &options).is_err());
    let none = BlockLanczosOptions {
        steps: 0,
        ..options
    };
    assert!(block_lanczos(&op, &starts(&op, 1), &none).is_err());
    let nan = KnownSpectrum::<f64>::new(vec![f64::NAN; 10], 0);
    assert!(block_lanczos(&nan, &starts(&op, 1), &options).is_err());
    let run = block_lanczos(&op, &starts(&op, 1), &options).unwrap();
    let message = run.ritz_vectors(op.space(), &[0]).unwrap_err().to_string();
    assert!(message.contains("keep_basis"), "{message}");
    let estimation = BlockLanczosEstimation::begin(&op, &starts(&op, 1), &options).unwrap();
    let early = hesscope_spectral::Estimation::finish(estimation, &op).unwrap_err();
    assert!(early.to_string().contains("is not finished"));
}
