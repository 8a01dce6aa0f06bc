//! The energies of two operators by paired probes against those of their matrices.
#![allow(clippy::unwrap_used)]

mod common;

use common::{gaussian, operator, symmetrised};
use faer::Mat;
use hesscope_spectral::{
    Deflated, DenseOperator, Eigenpairs, EnergySamples, Estimate, SpectralError,
};

fn symmetric(p: usize, seed: u64) -> Mat<f64> {
    symmetrised(&gaussian(p, p, seed))
}

/// `A A^T`, of rank 5.
fn semidefinite(p: usize, seed: u64) -> Mat<f64> {
    let root = gaussian(p, 5, seed);
    &root * root.transpose()
}

fn inner(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    let p = a.nrows();
    (0..p)
        .flat_map(|j| (0..p).map(move |i| (i, j)))
        .map(|at| a[at] * b[at])
        .sum()
}

/// `P A P`, P taking the first `k` coordinate directions out.
fn projected(a: &Mat<f64>, k: usize) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| {
        if i < k || j < k { 0.0 } else { a[(i, j)] }
    })
}

fn coordinates(p: usize, k: usize) -> Eigenpairs<Vec<f64>> {
    Eigenpairs {
        values: vec![0.0; k],
        residuals: vec![0.0; k],
        vectors: (0..k)
            .map(|i| (0..p).map(|j| f64::from(u8::from(i == j))).collect())
            .collect(),
    }
}

fn near(estimate: Estimate, exact: f64, errors: f64) -> bool {
    (estimate.mean - exact).abs() <= errors * estimate.standard_error.unwrap()
}

#[test]
fn the_terms_are_those_of_the_matrices() {
    let p = 40;
    let (a, b) = (semidefinite(p, 1), symmetric(p, 2));
    for k in [0, 3] {
        let (exact_a, exact_b) = (projected(&a, k), projected(&b, k));
        let pairs = coordinates(p, k);
        let (first, second): (DenseOperator, DenseOperator) = (operator(&a), operator(&b));
        let (first, second) = (
            Deflated::new(&first, &pairs).unwrap(),
            Deflated::new(&second, &pairs).unwrap(),
        );
        let mut samples = EnergySamples::default();
        samples.extend(&first, &second, 7, 400).unwrap();
        let split = samples.split(0.95).unwrap();
        let [aa, bb, ab] = [
            inner(&exact_a, &exact_a),
            inner(&exact_b, &exact_b),
            inner(&exact_a, &exact_b),
        ];
        assert!(near(split.first, aa, 3.0), "{split:?} {aa}");
        assert!(near(split.second, bb, 3.0), "{split:?} {bb}");
        assert!(near(split.cross, 2.0 * ab, 3.0), "{split:?} {ab}");
        assert!(near(split.total, aa + bb + 2.0 * ab, 3.0), "{split:?}");
        assert!(split.second_share.contains(bb / (aa + bb)), "{split:?}");
        assert_eq!(split.probes, 400);
        // The total is that of the sum of the operators, probe by probe.
        let total: DenseOperator = operator(&(&a + &b));
        let total = Deflated::new(&total, &pairs).unwrap();
        let mut of_sum = EnergySamples::default();
        of_sum.extend(&total, &second, 7, 400).unwrap();
        for i in 0..400 {
            let sum = samples.first[i] + samples.second[i] + 2.0 * samples.inner[i];
            assert!((of_sum.first[i] - sum).abs() <= 1e-10 * sum.abs().max(1.0));
        }
    }
}

#[test]
fn the_interval_of_the_share_holds_it_as_often_as_it_says() {
    let p = 30;
    let (a, b) = (semidefinite(p, 3), symmetric(p, 4));
    let share = inner(&b, &b) / (inner(&a, &a) + inner(&b, &b));
    let (first, second): (DenseOperator, DenseOperator) = (operator(&a), operator(&b));
    let seeds = 400;
    let held = (0..seeds)
        .filter(|&seed| {
            let mut samples = EnergySamples::default();
            samples.extend(&first, &second, seed, 32).unwrap();
            samples.split(0.95).unwrap().second_share.contains(share)
        })
        .count();
    // Of a ratio of skewed means, 95% nominally; with 400 seeds, three standard errors are 3.3%.
    assert!(held as f64 > 0.9 * seeds as f64, "{held} of {seeds}");
    assert!(
        held < seeds as usize,
        "the interval is never wrong: it says nothing"
    );
}

#[test]
fn probes_added_one_by_one_are_those_added_at_once() {
    let (a, b): (DenseOperator, DenseOperator) =
        (operator(&symmetric(20, 5)), operator(&symmetric(20, 6)));
    let mut at_once = EnergySamples::default();
    at_once.extend(&a, &b, 1, 5).unwrap();
    let mut one_by_one = EnergySamples::default();
    for count in [1, 3, 1] {
        one_by_one.extend(&a, &b, 1, count).unwrap();
    }
    assert_eq!(at_once, one_by_one);
    let mut other = EnergySamples::default();
    other.extend(&a, &b, 2, 5).unwrap();
    assert_ne!(at_once, other);
}

#[test]
fn what_has_no_error_is_refused() {
    let a: DenseOperator = operator(&symmetric(20, 5));
    let mut samples = EnergySamples::default();
    samples.extend(&a, &a, 1, 1).unwrap();
    assert!(samples.split(0.95).is_err());
    samples.extend(&a, &a, 1, 1).unwrap();
    assert!(samples.split(0.95).is_ok());
    assert!(samples.split(1.0).is_err());
    samples.inner.pop();
    assert!(samples.split(0.95).is_err());
    let other: DenseOperator = operator(&symmetric(21, 5));
    let refused = EnergySamples::default().extend(&a, &other, 1, 1);
    assert!(matches!(refused, Err(SpectralError::Dimension { .. })));
    // Of nothing there is no share.
    let zero: DenseOperator = operator(&Mat::zeros(20, 20));
    let mut nothing = EnergySamples::default();
    nothing.extend(&zero, &zero, 1, 3).unwrap();
    let share = nothing.split(0.95).unwrap().second_share;
    assert_eq!((share.lower, share.upper), (0.0, 1.0));
}
