//! Lanczos against dense eigenvalues.
#![allow(clippy::unwrap_used)]

mod common;

use common::{eigenvalues, largest_modulus, max_difference, operator, wigner, with_spectrum};
use hesscope_spectral::{
    Breakdown, DenseOperator, HostSpace, LanczosOptions, LanczosRun, LinearOperator, OperatorError,
    ProbeKind, Probes, Reorthogonalisation, SpectralError, TridiagonalEigen, TridiagonalEnds,
    VectorSpace, lanczos,
};
use proptest::prelude::*;

fn starts<O: LinearOperator>(op: &O, count: usize) -> Vec<<O::Space as VectorSpace>::Vector> {
    Probes::new(ProbeKind::Gaussian, 11).block(op.space(), 0, count)
}

fn with(steps: usize, reorthogonalisation: Reorthogonalisation) -> LanczosOptions {
    LanczosOptions {
        steps,
        reorthogonalisation,
        keep_basis: true,
        ..LanczosOptions::default()
    }
}

fn orthogonality<S: VectorSpace>(space: &S, basis: &[S::Vector]) -> f64 {
    let gram = space.gram(basis, basis);
    let mut worst = 0.0_f64;
    for j in 0..basis.len() {
        for i in 0..basis.len() {
            worst = worst.max((gram[(i, j)] - f64::from(u8::from(i == j))).abs());
        }
    }
    worst
}

/// Spectrum with well separated ends, on which orthogonality is lost fast.
fn spread() -> Vec<f64> {
    (0..200)
        .map(|i| {
            if i < 8 {
                10.0 + 5.0 * f64::from(i)
            } else {
                f64::from(i) / 200.0
            }
        })
        .collect()
}

#[test]
fn the_recursion_holds_and_residual_bounds_are_residuals() {
    let a = wigner(120, 1);
    let op: DenseOperator = operator(&a);
    for mode in [
        Reorthogonalisation::None,
        Reorthogonalisation::Selective,
        Reorthogonalisation::Full,
    ] {
        let run = lanczos(&op, &starts(&op, 1), &with(20, mode))
            .unwrap()
            .remove(0);
        let indices: Vec<usize> = (0..20).collect();
        let ritz = run.ritz_vectors(op.space(), &indices).unwrap();
        for (i, (product, vector)) in op.apply(&ritz).unwrap().iter_mut().zip(&ritz).enumerate() {
            op.space().axpy(-run.ritz_values[i], vector, product);
            let residual = op.space().norm(product);
            assert!(
                (residual - run.residual_bounds[i]).abs() < 1e-13,
                "{residual} {}",
                run.residual_bounds[i]
            );
        }
        assert!((run.weights.iter().sum::<f64>() - 1.0).abs() < 1e-13);
    }
}

#[test]
fn orthogonality_of_each_mode() {
    let a = with_spectrum(&spread(), 2);
    let op: DenseOperator = operator(&a);
    let loss = |mode| {
        let run = lanczos(&op, &starts(&op, 1), &with(100, mode))
            .unwrap()
            .remove(0);
        orthogonality(op.space(), run.basis.as_ref().unwrap())
    };
    let (none, selective, full) = (
        loss(Reorthogonalisation::None),
        loss(Reorthogonalisation::Selective),
        loss(Reorthogonalisation::Full),
    );
    println!("loss of orthogonality: none {none:e}, selective {selective:e}, full {full:e}");
    assert!(full < 1e-13, "{full:e}");
    assert!(selective < 1e-6, "{selective:e}");
    // The matrix is one on which it matters.
    assert!(none > 0.1, "{none:e}");
}

#[test]
fn selective_has_no_copies_and_the_same_ritz_values_as_full() {
    let a = with_spectrum(&spread(), 2);
    let op: DenseOperator = operator(&a);
    let run = |mode| {
        lanczos(&op, &starts(&op, 1), &with(100, mode))
            .unwrap()
            .remove(0)
    };
    let (selective, full) = (
        run(Reorthogonalisation::Selective),
        run(Reorthogonalisation::Full),
    );
    let error = max_difference(&selective.ritz_values, &full.ritz_values);
    println!("selective against full: {error:e}");
    assert!(error < 1e-10, "{error:e}");
    let copies = |run: &LanczosRun<Vec<f64>>| run.ritz_values.iter().filter(|&&x| x > 9.0).count();
    assert_eq!(copies(&selective), 8);
    assert!(copies(&run(Reorthogonalisation::None)) > 8);
}

#[test]
fn converged_ends_match_dense_eigenvalues() {
    let a = wigner(300, 3);
    let op: DenseOperator = operator(&a);
    let truth = eigenvalues(&a);
    for mode in [
        Reorthogonalisation::None,
        Reorthogonalisation::Selective,
        Reorthogonalisation::Full,
    ] {
        let run = lanczos(&op, &starts(&op, 1), &with(150, mode))
            .unwrap()
            .remove(0);
        assert!((run.ritz_values[0] - truth[0]).abs() < 1e-10);
        assert!((run.ritz_values.last().unwrap() - truth[299]).abs() < 1e-10);
        // Every Ritz value has an eigenvalue within its residual bound.
        for (theta, bound) in run.ritz_values.iter().zip(&run.residual_bounds) {
            let nearest = truth
                .iter()
                .map(|x| (x - theta).abs())
                .fold(f64::INFINITY, f64::min);
            assert!(
                nearest <= bound + 1e-12,
                "{theta}: {nearest:e} against {bound:e}"
            );
        }
    }
}

#[test]
fn stop_finds_the_distinct_eigenvalues() {
    let mut spectrum = vec![0.0; 60];
    spectrum.extend([3.0, 3.0, -1.0, 2.0]);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 4));
    let run = lanczos(&op, &starts(&op, 1), &with(64, Reorthogonalisation::Full))
        .unwrap()
        .remove(0);
    assert!(run.invariant && !run.complete && run.restarts.is_empty());
    assert!(max_difference(&run.ritz_values, &[-1.0, 0.0, 2.0, 3.0]) < 1e-13);
    assert!(run.residual_bounds.iter().all(|&bound| bound < 1e-13));
}

#[test]
fn restart_finds_multiplicities() {
    let mut spectrum = vec![0.0; 60];
    spectrum.extend([3.0, 3.0, -1.0, 2.0]);
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 4));
    let options = LanczosOptions {
        breakdown: Breakdown::Restart,
        ..with(1000, Reorthogonalisation::Full)
    };
    let runs = lanczos(&op, &starts(&op, 2), &options).unwrap();
    spectrum.sort_by(f64::total_cmp);
    for run in &runs {
        assert!(run.complete && !run.restarts.is_empty());
        assert!(max_difference(&run.ritz_values, &spectrum) < 1e-13);
        assert!(run.restarts.iter().all(|&after| run.beta[after - 1] == 0.0));
        assert!(orthogonality(op.space(), run.basis.as_ref().unwrap()) < 1e-13);
    }
}

#[test]
fn a_block_is_its_separate_runs() {
    let mut spectrum = vec![0.0; 30];
    spectrum.extend((0..30).map(|i| f64::from(i % 9) - 2.0));
    let op: DenseOperator = operator(&with_spectrum(&spectrum, 5));
    let starts = starts(&op, 4);
    for (mode, breakdown) in [
        (Reorthogonalisation::None, Breakdown::Stop),
        (Reorthogonalisation::Selective, Breakdown::Stop),
        (Reorthogonalisation::Full, Breakdown::Stop),
        (Reorthogonalisation::Full, Breakdown::Restart),
    ] {
        let options = LanczosOptions {
            breakdown,
            ..with(40, mode)
        };
        let block = lanczos(&op, &starts, &options).unwrap();
        for (start, together) in starts.iter().zip(&block) {
            let alone = lanczos(&op, std::slice::from_ref(start), &options)
                .unwrap()
                .remove(0);
            assert_eq!(alone.alpha, together.alpha);
            assert_eq!(alone.beta, together.beta);
            assert_eq!(alone.ritz_values, together.ritz_values);
            assert_eq!(alone.basis, together.basis);
        }
    }
}

#[test]
fn single_precision_storage() {
    let a = wigner(200, 6);
    let op: DenseOperator<f32> = operator(&a);
    let truth = eigenvalues(&a);
    for mode in [
        Reorthogonalisation::None,
        Reorthogonalisation::Selective,
        Reorthogonalisation::Full,
    ] {
        let run = lanczos(&op, &starts(&op, 1), &with(100, mode))
            .unwrap()
            .remove(0);
        assert!((run.ritz_values[0] - truth[0]).abs() < 1e-4);
        assert!((run.ritz_values.last().unwrap() - truth[199]).abs() < 1e-4);
    }
}

struct Failing {
    space: HostSpace<f64>,
    with: Result<f64, &'static str>,
}

impl LinearOperator for Failing {
    type Space = HostSpace<f64>;
    fn space(&self) -> &HostSpace<f64> {
        &self.space
    }
    fn apply(&self, block: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, OperatorError> {
        let value = self
            .with
            .map_err(|message| OperatorError::new(std::io::Error::other(message)))?;
        Ok(block.iter().map(|x| vec![value; x.len()]).collect())
    }
}

#[test]
fn errors_are_said() {
    let op: DenseOperator = operator(&wigner(10, 7));
    let run =
        |starts: &[Vec<f64>], options: &LanczosOptions| lanczos(&op, starts, options).map(|_| ());
    let options = LanczosOptions::default();
    assert!(matches!(
        run(&[vec![1.0; 10], vec![0.0; 10]], &options),
        Err(SpectralError::ZeroVector { index: 1, .. })
    ));
    assert!(matches!(
        run(&[vec![f64::NAN; 10]], &options),
        Err(SpectralError::NotFinite { .. })
    ));
    assert!(matches!(
        run(
            &[vec![1.0; 10]],
            &LanczosOptions {
                steps: 0,
                ..options
            }
        ),
        Err(SpectralError::InvalidOption {
            option: "steps",
            ..
        })
    ));
    assert!(matches!(
        run(
            &[vec![1.0; 10]],
            &LanczosOptions {
                breakdown: Breakdown::Restart,
                ..options
            }
        ),
        Err(SpectralError::InvalidOption {
            option: "breakdown",
            ..
        })
    ));
    let infinite = Failing {
        space: HostSpace::new(5),
        with: Ok(f64::INFINITY),
    };
    assert!(matches!(
        lanczos(&infinite, &[vec![1.0; 5]], &options),
        Err(SpectralError::NotFinite { .. })
    ));

    // The cause of an operator's failure is kept.
    let failing = Failing {
        space: HostSpace::new(5),
        with: Err("device lost"),
    };
    let error = lanczos(&failing, &[vec![1.0; 5]], &options).unwrap_err();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    assert_eq!(cause.to_string(), "device lost");

    let unkept = lanczos(
        &op,
        &[vec![1.0; 10]],
        &LanczosOptions {
            steps: 3,
            ..options
        },
    )
    .unwrap()
    .remove(0);
    assert!(unkept.ritz_vectors(op.space(), &[0]).is_err());
    let kept = lanczos(&op, &[vec![1.0; 10]], &with(3, Reorthogonalisation::None))
        .unwrap()
        .remove(0);
    assert!(kept.ritz_vectors(op.space(), &[3]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Gauss quadrature of m nodes integrates polynomials up to degree 2m - 1 exactly.
    #[test]
    fn quadrature_is_gauss(p in 2_usize..30, m in 1_usize..8, seed in 0_u64..1000) {
        let m = m.min(p);
        let a = wigner(p, seed);
        let op: DenseOperator = operator(&a);
        let mut start = starts(&op, 1);
        let run = lanczos(&op, &start, &with(m, Reorthogonalisation::Full)).unwrap().remove(0);
        let norm = op.space().norm(&start[0]);
        op.space().scale(1.0 / norm, &mut start[0]);
        let mut power = start.clone();
        for degree in 0..2 * m as i32 {
            let exact = op.space().dot(&start[0], &power[0]);
            let quadrature: f64 =
                run.ritz_values.iter().zip(&run.weights).map(|(theta, w)| w * theta.powi(degree)).sum();
            let scale = largest_modulus(&eigenvalues(&a)).powi(degree).max(1.0);
            prop_assert!((exact - quadrature).abs() < 1e-11 * scale, "{degree}: {exact} {quadrature}");
            power = op.apply(&power).unwrap();
        }
    }

    #[test]
    fn tridiagonal_eigen_reconstructs(
        alpha in prop::collection::vec(-3.0_f64..3.0, 1..200),
        beta in prop::collection::vec(prop_oneof![Just(0.0), 0.0_f64..2.0, Just(1e-17)], 200),
    ) {
        let m = alpha.len();
        let beta = &beta[..m - 1];
        let eigen = TridiagonalEigen::new(&alpha, beta).unwrap();
        prop_assert!(eigen.values.is_sorted());
        for j in 0..m {
            for i in 0..m {
                let sum: f64 = (0..m).map(|k| eigen.vectors[(i, k)] * eigen.values[k] * eigen.vectors[(j, k)]).sum();
                let entry = if i == j { alpha[i] } else if i.abs_diff(j) == 1 { beta[i.min(j)] } else { 0.0 };
                prop_assert!((sum - entry).abs() < 1e-12, "({}, {}): {} against {}", i, j, sum, entry);
            }
        }
        let ends = TridiagonalEnds::new(&alpha, beta).unwrap();
        prop_assert!(max_difference(&ends.values, &eigen.values) < 1e-13);
        for degree in 0..4 {
            // Moments of the ends' measures do not depend on how eigenvectors of one eigenvalue are chosen.
            let from = |row: usize| {
                (0..m).map(|k| eigen.vectors[(row, k)].powi(2) * eigen.values[k].powi(degree)).sum::<f64>()
            };
            let of = |end: &[f64]| end.iter().zip(&ends.values).map(|(s, theta)| s * s * theta.powi(degree)).sum::<f64>();
            prop_assert!((of(&ends.first) - from(0)).abs() < 1e-11);
            prop_assert!((of(&ends.last) - from(m - 1)).abs() < 1e-11);
        }
        for k in 0..m {
            let gap = (0..m).filter(|&i| i != k).map(|i| (eigen.values[i] - eigen.values[k]).abs()).fold(1.0, f64::min);
            if gap > 1e-4 {
                prop_assert!((ends.first[k].abs() - eigen.vectors[(0, k)].abs()).abs() < 1e-10);
                prop_assert!((ends.last[k].abs() - eigen.vectors[(m - 1, k)].abs()).abs() < 1e-10);
            }
        }
    }
}

/// Wilkinson's W21+, graded matrices either way up, and the second difference with its known spectrum.
#[test]
fn tridiagonal_ends_of_hard_matrices() {
    let graded: Vec<f64> = (0..40).map(|i| 10.0_f64.powi(-i / 2)).collect();
    let reversed: Vec<f64> = graded.iter().rev().copied().collect();
    let wilkinson: Vec<f64> = (-10..=10).map(|i: i32| f64::from(i.abs())).collect();
    for (alpha, beta) in [
        (&wilkinson, vec![1.0; 20]),
        (&graded, graded[1..].to_vec()),
        (&reversed, reversed[..39].to_vec()),
    ] {
        let (ends, eigen) = (
            TridiagonalEnds::new(alpha, &beta).unwrap(),
            TridiagonalEigen::new(alpha, &beta).unwrap(),
        );
        assert!(max_difference(&ends.values, &eigen.values) < 1e-14 * 11.0);
    }
    let n = 500;
    let ends = TridiagonalEnds::new(&vec![2.0; n], &vec![-1.0; n - 1]).unwrap();
    for k in 0..n {
        let angle = (k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64;
        assert!((ends.values[k] - (2.0 - 2.0 * angle.cos())).abs() < 1e-13);
        let end = (2.0 / (n + 1) as f64).sqrt() * angle.sin();
        assert!(
            (ends.first[k].abs() - end).abs() < 1e-12 && (ends.last[k].abs() - end).abs() < 1e-12
        );
    }
}

#[test]
fn tridiagonal_refuses_bad_input() {
    assert!(TridiagonalEigen::new(&[1.0, 2.0], &[]).is_err());
    assert!(TridiagonalEigen::new(&[1.0, f64::NAN], &[1.0]).is_err());
    assert!(TridiagonalEigen::new(&[], &[]).unwrap().values.is_empty());
    assert!(TridiagonalEnds::new(&[1.0, 2.0], &[]).is_err());
    assert!(TridiagonalEnds::new(&[1.0, f64::NAN], &[1.0]).is_err());
    assert!(TridiagonalEnds::new(&[], &[]).unwrap().values.is_empty());
}
