//! Principal angles against constructions with known ones.
#![allow(clippy::unwrap_used)]

mod common;

use common::gaussian;
use faer::Mat;
use hesscope_spectral::{
    HostSpace, Scalar, SubspaceOptions, VectorSpace, principal_angles, rotation_bound,
    subspace_iteration,
};
use proptest::prelude::*;

fn columns(matrix: &Mat<f64>) -> Vec<Vec<f64>> {
    (0..matrix.ncols())
        .map(|j| matrix.col(j).iter().copied().collect())
        .collect()
}

/// Two subspaces of R^p with these angles, spanned by vectors that are not orthogonal.
fn spans(p: usize, angles: &[f64], more: usize, seed: u64) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let k = angles.len();
    let q = gaussian(p, 2 * k + more, seed).qr().compute_thin_Q();
    let first = Mat::from_fn(p, k, |i, j| q[(i, j)]);
    let second = Mat::from_fn(p, k + more, |i, j| {
        if j < k {
            angles[j].cos() * q[(i, j)] + angles[j].sin() * q[(i, k + j)]
        } else {
            q[(i, k + j)]
        }
    });
    let mixed = |span: Mat<f64>, seed| {
        // Well conditioned, so that the test asks for the angles and not for those of a span that rounding moved.
        let turn = gaussian(span.ncols(), span.ncols(), seed).qr().compute_Q();
        let mix = Mat::from_fn(span.ncols(), span.ncols(), |i, j| {
            turn[(i, j)] * (1 + j) as f64
        });
        columns(&(span * mix))
    };
    (mixed(first, seed + 1), mixed(second, seed + 2))
}

fn found<T: Scalar>(p: usize, first: &[Vec<f64>], second: &[Vec<f64>]) -> Vec<f64> {
    let space = HostSpace::<T>::new(p);
    let made = |span: &[Vec<f64>]| -> Vec<Vec<T>> {
        span.iter().map(|vector| space.from_host(vector)).collect()
    };
    principal_angles(&space, &made(first), &made(second))
        .unwrap()
        .angles
}

#[test]
fn small_middle_and_right_angles_are_found() {
    let angles = [0.0, 1e-9, 1e-5, 0.3, std::f64::consts::FRAC_PI_4, 1.2, 1.57];
    for more in [0, 3] {
        let (first, second) = spans(90, &angles, more, 5);
        for (a, b) in [(&first, &second), (&second, &first)] {
            for (angle, expected) in found::<f64>(90, a, b).iter().zip(angles) {
                assert!((angle - expected).abs() < 1e-12, "{angle} {expected}");
            }
            for (angle, expected) in found::<f32>(90, a, b).iter().zip(angles) {
                assert!((angle - expected).abs() < 2e-5, "{angle} {expected}");
            }
        }
    }
}

#[test]
fn the_overlap_is_the_mean_squared_cosine() {
    let (first, second) = spans(60, &[0.2, 0.9], 1, 8);
    let space = HostSpace::<f64>::new(60);
    let angles = principal_angles(&space, &first, &second).unwrap();
    assert_eq!((angles.first, angles.second), (2, 3));
    let expected = (0.2_f64.cos().powi(2) + 0.9_f64.cos().powi(2)) / 2.0;
    assert!((angles.overlap() - expected).abs() < 1e-12);
    assert_eq!(angles.chance_overlap(60), 0.05);
}

#[test]
fn the_overlap_of_random_subspaces_is_the_chance_one_on_average() {
    let (p, draws) = (40, 400);
    let space = HostSpace::<f64>::new(p);
    let fixed = columns(&gaussian(p, 6, 1));
    let overlaps: Vec<f64> = (0..draws)
        .map(|seed| {
            let drawn = columns(&gaussian(p, 3, 100 + seed));
            principal_angles(&space, &fixed, &drawn).unwrap().overlap()
        })
        .collect();
    let mean = overlaps.iter().sum::<f64>() / draws as f64;
    let variance = overlaps.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (draws - 1) as f64;
    let error = (variance / draws as f64).sqrt();
    assert!((mean - 6.0 / 40.0).abs() < 4.0 * error, "{mean} {error}");
}

#[test]
fn dependent_and_zero_vectors_do_not_count() {
    let space = HostSpace::<f64>::new(5);
    let unit = |i: usize| {
        (0..5)
            .map(|j| f64::from(u8::from(i == j)))
            .collect::<Vec<_>>()
    };
    let first = [unit(0), unit(0), vec![0.0; 5]];
    let second = [unit(0), unit(1)];
    let angles = principal_angles(&space, &first, &second).unwrap();
    assert_eq!((angles.first, angles.second), (1, 2));
    assert_eq!(angles.angles.len(), 1);
    assert!(angles.angles[0] < 1e-12);
    let none = principal_angles(&space, &[], &second).unwrap();
    assert!(none.angles.is_empty());
    assert_eq!(none.overlap(), 0.0);
}

#[test]
fn a_vector_that_is_not_finite_is_an_error() {
    let space = HostSpace::<f64>::new(2);
    let first = [vec![f64::NAN, 0.0]];
    let second = [vec![1.0, 0.0]];
    assert!(principal_angles(&space, &first, &second).is_err());
}

/// The leading space of a matrix, iterated too little, is off by no more than its residuals allow.
#[test]
fn unconverged_spaces_are_off_by_no_more_than_the_bound() {
    let spectrum: Vec<f64> = (0..60)
        .map(|i| {
            if i < 4 {
                3.0 - 0.1 * i as f64
            } else {
                1.0 - i as f64 / 60.0
            }
        })
        .collect();
    let matrix = common::with_spectrum(&spectrum, 4);
    let operator = common::operator::<f64>(&matrix);
    let eigen = matrix.self_adjoint_eigen(faer::Side::Lower).unwrap();
    let exact: Vec<Vec<f64>> = (56..60)
        .map(|j| eigen.U().col(j).iter().copied().collect())
        .collect();
    let space = HostSpace::<f64>::new(60);
    for iterations in 2..12 {
        let options = SubspaceOptions {
            pairs: 4,
            oversampling: 0,
            max_iterations: iterations,
            tolerance: 0.0,
            ..SubspaceOptions::default()
        };
        let found = subspace_iteration(&operator, &options, None).unwrap().pairs;
        let lost: f64 = principal_angles(&space, &found.vectors, &exact)
            .unwrap()
            .angles
            .iter()
            .map(|angle| angle.sin())
            .sum();
        // The nearest of the others is 1 - 4/60.
        let gap = found.values.iter().copied().fold(f64::INFINITY, f64::min) - (1.0 - 4.0 / 60.0);
        let bound = rotation_bound(&found.residuals, gap);
        assert!(lost <= bound, "{iterations}: {lost} > {bound}");
        assert!(
            bound == 4.0 || bound < 300.0 * lost.max(1e-9),
            "{bound} {lost}"
        );
    }
    assert_eq!(rotation_bound(&[0.0, 0.0], 0.0), 0.0);
    assert_eq!(rotation_bound(&[0.1, 0.0], 0.0), 2.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn they_do_not_depend_on_order_or_basis(a in 1_usize..6, b in 1_usize..6, seed in 0_u64..500) {
        let space = HostSpace::<f64>::new(20);
        let (first, second) = (gaussian(20, a, 2 * seed), gaussian(20, b, 2 * seed + 1));
        let mixed = &first * gaussian(a, a, 3 * seed + 9);
        let one = principal_angles(&space, &columns(&first), &columns(&second)).unwrap();
        let other = principal_angles(&space, &columns(&second), &columns(&mixed)).unwrap();
        for (x, y) in one.angles.iter().zip(&other.angles) {
            prop_assert!((x - y).abs() < 1e-9);
        }
    }
}
