//! Traces, Frobenius norms and diagonals by random probes: their means, variances and stated errors against what
//! the matrix itself gives.
#![allow(clippy::unwrap_used)]

mod common;

use common::{gaussian, operator, symmetrised, with_spectrum};
use faer::Mat;
use hesscope_spectral::{
    Deflated, DenseOperator, Eigenpairs, Estimate, HostSpace, HutchinsonOptions, LinearOperator,
    OperatorError, ProbeKind, Probes, SpectralError, diagonal, frobenius_norm, hutchinson_trace,
};

const KINDS: [ProbeKind; 3] = [
    ProbeKind::Gaussian,
    ProbeKind::Rademacher,
    ProbeKind::UnitSphere,
];

/// Symmetric, indefinite, with a diagonal that is neither constant nor small beside the rest.
fn matrix(p: usize) -> Mat<f64> {
    let noise = symmetrised(&gaussian(p, p, 3));
    Mat::from_fn(p, p, |i, j| {
        let shift = if i == j { 3.0 - 0.4 * i as f64 } else { 0.0 };
        noise[(i, j)] + shift
    })
}

fn options(probes: usize, kind: ProbeKind, seed: u64) -> HutchinsonOptions {
    HutchinsonOptions {
        probes,
        kind,
        seed,
        ..HutchinsonOptions::default()
    }
}

fn trace<O: LinearOperator>(
    op: &O,
    options: &HutchinsonOptions,
) -> Result<Estimate, SpectralError> {
    let found = hutchinson_trace(op, options)?;
    assert_eq!((found.products, found.basis), (options.probes, 0));
    Ok(found.trace)
}

fn dense_trace(a: &Mat<f64>) -> f64 {
    (0..a.nrows()).map(|i| a[(i, i)]).sum()
}

fn squared_norm(a: &Mat<f64>) -> f64 {
    let p = a.nrows();
    (0..p)
        .flat_map(|j| (0..p).map(move |i| a[(i, j)].powi(2)))
        .sum()
}

fn error(estimate: &Estimate) -> f64 {
    estimate.standard_error.unwrap()
}

/// The variance of `z^T A z`, scaled to a trace, for a single probe.
fn variance(a: &Mat<f64>, kind: ProbeKind) -> f64 {
    let p = a.nrows() as f64;
    let square = squared_norm(a);
    let diagonal: f64 = (0..a.nrows()).map(|i| a[(i, i)].powi(2)).sum();
    match kind {
        ProbeKind::Gaussian => 2.0 * square,
        ProbeKind::Rademacher => 2.0 * (square - diagonal),
        // From E (z^T A z)^2 = (tr^2 A + 2 tr A^2) / (p (p + 2)).
        ProbeKind::UnitSphere => 2.0 * (p * square - dense_trace(a).powi(2)) / (p + 2.0),
    }
}

/// Over many seeds: the mean is the trace, the spread is that of theory and falls with the number of probes as it
/// should, and the stated errors have the spread's size.
#[test]
fn traces_have_the_mean_and_the_variance_of_theory() {
    let a = matrix(14);
    let op = operator::<f64>(&a);
    let truth = dense_trace(&a);
    let seeds = 600;
    for kind in KINDS {
        for probes in [2, 32] {
            let estimates: Vec<Estimate> = (0..seeds)
                .map(|seed| trace(&op, &options(probes, kind, seed)).unwrap())
                .collect();
            let expected = variance(&a, kind) / probes as f64;
            let count = seeds as f64;
            let mean = estimates.iter().map(|e| e.mean).sum::<f64>() / count;
            assert!(
                (mean - truth).abs() < 4.0 * (expected / count).sqrt(),
                "{kind:?} {probes}: mean {mean} for {truth}"
            );
            // Squares of nearly normal numbers spread by sqrt 2; quadratic forms have heavier tails, so twice that.
            let square = estimates
                .iter()
                .map(|e| (e.mean - truth).powi(2))
                .sum::<f64>()
                / count;
            let slack = 4.0 * (8.0 / count).sqrt();
            assert!(
                (square / expected - 1.0).abs() < slack,
                "{kind:?} {probes}: variance {square} for {expected}"
            );
            let stated = estimates.iter().map(|e| error(e).powi(2)).sum::<f64>() / count;
            assert!(
                (stated / expected - 1.0).abs() < slack,
                "{kind:?} {probes}: stated {stated} for {expected}"
            );
        }
    }
}

#[test]
fn traces_lie_within_four_standard_errors_in_both_precisions() {
    let a = matrix(60);
    let truth = dense_trace(&a);
    for kind in KINDS {
        let wide = trace(&operator::<f64>(&a), &options(200, kind, 1)).unwrap();
        let narrow = trace(&operator::<f32>(&a), &options(200, kind, 1)).unwrap();
        for estimate in [wide, narrow] {
            assert!(
                (estimate.mean - truth).abs() < 4.0 * error(&estimate),
                "{kind:?}: {estimate:?} for {truth}"
            );
        }
        assert!((wide.mean - narrow.mean).abs() < 1e-4 * truth.abs());
    }
}

fn diagonal_matrix(p: usize) -> Mat<f64> {
    Mat::from_fn(
        p,
        p,
        |i, j| {
            if i == j { (i as f64 - 2.5) / 3.0 } else { 0.0 }
        },
    )
}

#[test]
fn signs_find_the_trace_and_the_diagonal_of_a_diagonal_matrix_exactly() {
    let a = diagonal_matrix(9);
    let op = operator::<f64>(&a);
    for probes in [2, 7] {
        let options = options(probes, ProbeKind::Rademacher, 4);
        let estimate = trace(&op, &options).unwrap();
        assert!((estimate.mean - dense_trace(&a)).abs() < 1e-14);
        assert!(error(&estimate) < 1e-15);
        let found = diagonal(&op, &options).unwrap();
        let exact: Vec<f64> = (0..9).map(|i| a[(i, i)]).collect();
        assert_eq!(found.values, exact);
        assert_eq!(found.standard_errors.unwrap(), vec![0.0; 9]);
    }
    // The quotient makes the diagonal exact for any probes, up to rounding.
    for kind in KINDS {
        let found = diagonal(&op, &options(5, kind, 4)).unwrap();
        for (i, value) in found.values.iter().enumerate() {
            assert!((value - a[(i, i)]).abs() < 1e-14, "{kind:?} {i}");
        }
    }
}

/// The formulas, on the probes themselves: sums over all probes at once.
#[test]
fn estimates_are_those_of_the_formulas() {
    let p = 7;
    let a = matrix(p);
    let op = operator::<f64>(&a);
    for kind in KINDS {
        for count in [2, 5] {
            let options = options(count, kind, 9);
            let m = count as f64;
            let close = |found: f64, expected: f64, what: &str| {
                assert!(
                    (found - expected).abs() < 1e-12 * expected.abs().max(1.0),
                    "{kind:?} {count} {what}: {found} for {expected}"
                );
            };
            let probes: Vec<Vec<f64>> = (0..count)
                .map(|k| Probes::new(kind, 9).host(p, k as u64))
                .collect();
            let times = |z: &[f64]| -> Vec<f64> {
                (0..p)
                    .map(|i| (0..p).map(|j| a[(i, j)] * z[j]).sum())
                    .collect()
            };
            let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
            let scale = match kind {
                ProbeKind::UnitSphere => p as f64,
                _ => 1.0,
            };
            let mean = |values: &[f64]| {
                let mean = values.iter().sum::<f64>() / m;
                let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
                (mean, (squares / (m - 1.0) / m).sqrt())
            };

            let forms: Vec<f64> = probes.iter().map(|z| scale * dot(z, &times(z))).collect();
            let (expected, spread) = mean(&forms);
            let found = trace(&op, &options).unwrap();
            close(found.mean, expected, "trace");
            close(error(&found), spread, "error of the trace");

            let squares: Vec<f64> = probes
                .iter()
                .map(|z| scale * dot(&times(z), &times(z)))
                .collect();
            let (expected, spread) = mean(&squares);
            let found = frobenius_norm(&op, &options).unwrap();
            close(found.mean, expected.sqrt(), "norm");
            close(
                error(&found),
                spread / (2.0 * expected.sqrt()),
                "error of the norm",
            );

            let found = diagonal(&op, &options).unwrap();
            let errors = found.standard_errors.unwrap();
            for i in 0..p {
                let points: Vec<(f64, f64)> = probes.iter().map(|z| (z[i], times(z)[i])).collect();
                let weight: f64 = points.iter().map(|(x, _)| x * x).sum();
                let slope = points.iter().map(|(x, y)| x * y).sum::<f64>() / weight;
                let rest: f64 = points.iter().map(|(x, y)| (y - slope * x).powi(2)).sum();
                close(found.values[i], slope, "diagonal");
                close(
                    errors[i],
                    (rest / (m - 1.0) / weight).sqrt(),
                    "error of the diagonal",
                );
            }
        }
    }
}

#[test]
fn one_probe_has_no_standard_error() {
    let a = matrix(6);
    let op = operator::<f64>(&a);
    for kind in KINDS {
        let options = options(1, kind, 2);
        assert_eq!(trace(&op, &options).unwrap().standard_error, None);
        assert_eq!(frobenius_norm(&op, &options).unwrap().standard_error, None);
        assert_eq!(diagonal(&op, &options).unwrap().standard_errors, None);
    }
}

#[test]
fn frobenius_norms_are_those_of_the_matrix() {
    let a = matrix(14);
    let op = operator::<f64>(&a);
    let truth = squared_norm(&a).sqrt();
    for kind in KINDS {
        let seeds = 300;
        let estimates: Vec<Estimate> = (0..seeds)
            .map(|seed| frobenius_norm(&op, &options(64, kind, seed)).unwrap())
            .collect();
        let count = seeds as f64;
        // Of the squares, which are unbiased.
        let mean = estimates.iter().map(|e| e.mean.powi(2)).sum::<f64>() / count;
        let square = Mat::from_fn(14, 14, |i, j| (0..14).map(|k| a[(i, k)] * a[(k, j)]).sum());
        let expected = variance(&square, kind) / 64.0;
        assert!(
            (mean - truth * truth).abs() < 4.0 * (expected / count).sqrt(),
            "{kind:?}: {mean} for {}",
            truth * truth
        );
        // To first order the variance of the root is that of the square over four times the square.
        let expected = expected / (4.0 * truth * truth);
        let spread = estimates
            .iter()
            .map(|e| (e.mean - truth).powi(2))
            .sum::<f64>()
            / count;
        let stated = estimates.iter().map(|e| error(e).powi(2)).sum::<f64>() / count;
        for (what, found) in [("spread", spread), ("stated", stated)] {
            assert!(
                (found / expected - 1.0).abs() < 4.0 * (8.0 / count).sqrt(),
                "{kind:?}: {what} {found} for {expected}"
            );
        }
    }
    let zero = operator::<f64>(&Mat::zeros(5, 5));
    let norm = frobenius_norm(&zero, &HutchinsonOptions::default()).unwrap();
    assert_eq!(
        norm,
        Estimate {
            mean: 0.0,
            standard_error: Some(0.0)
        }
    );
}

/// Over many seeds, entry by entry: no bias, and an error that is the one stated and falls as it should.
#[test]
fn diagonals_have_the_mean_and_the_variance_of_theory() {
    let p = 9;
    let a = matrix(p);
    let op = operator::<f64>(&a);
    let seeds = 600;
    let count = seeds as f64;
    for kind in KINDS {
        for probes in [6, 48] {
            let found: Vec<_> = (0..seeds)
                .map(|seed| diagonal(&op, &options(probes, kind, seed)).unwrap())
                .collect();
            let m = probes as f64;
            for i in 0..p {
                let noise: f64 = (0..p).filter(|&j| j != i).map(|j| a[(i, j)].powi(2)).sum();
                // The mean of 1 / sum x^2 over m squares: 1/m for signs, 1/(m - 2) for normal numbers. On the sphere
                // the other coordinates are a little smaller where x is large: no formula, but near the same.
                let expected = match kind {
                    ProbeKind::Rademacher => noise / m,
                    ProbeKind::Gaussian | ProbeKind::UnitSphere => noise / (m - 2.0),
                };
                let slack = match kind {
                    ProbeKind::UnitSphere => 4.0 * (8.0 / count).sqrt() + 2.0 / m,
                    _ => 4.0 * (8.0 / count).sqrt(),
                };
                let truth = a[(i, i)];
                let mean = found.iter().map(|d| d.values[i]).sum::<f64>() / count;
                assert!(
                    (mean - truth).abs() < 4.5 * (expected / count).sqrt(),
                    "{kind:?} {probes} entry {i}: mean {mean} for {truth}"
                );
                let spread = found
                    .iter()
                    .map(|d| (d.values[i] - truth).powi(2))
                    .sum::<f64>()
                    / count;
                let stated = found
                    .iter()
                    .map(|d| d.standard_errors.as_ref().unwrap()[i].powi(2))
                    .sum::<f64>()
                    / count;
                for (what, found) in [("spread", spread), ("stated", stated)] {
                    assert!(
                        (found / expected - 1.0).abs() < slack,
                        "{kind:?} {probes} entry {i}: {what} {found} for {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn diagonals_lie_within_their_standard_errors_in_both_precisions() {
    let p = 120;
    let a = matrix(p);
    for kind in KINDS {
        let options = options(100, kind, 5);
        for found in [
            diagonal(&operator::<f64>(&a), &options).unwrap(),
            diagonal(&operator::<f32>(&a), &options).unwrap(),
        ] {
            let errors = found.standard_errors.unwrap();
            assert_eq!((found.values.len(), errors.len()), (p, p));
            // Of normal numbers one in 16,000 is beyond four, and 68 % are within one.
            let scores: Vec<f64> = (0..p)
                .map(|i| (found.values[i] - a[(i, i)]).abs() / errors[i])
                .collect();
            assert!(
                scores.iter().all(|&score| score < 4.0),
                "{kind:?} {scores:?}"
            );
            let within = scores.iter().filter(|&&score| score < 1.0).count();
            assert!(
                (60..=104).contains(&within),
                "{kind:?}: {within} within one"
            );
        }
    }
}

#[test]
fn blocks_do_not_change_the_estimates() {
    let a = matrix(11);
    let op = operator::<f64>(&a);
    let estimate = |block_size| {
        let options = HutchinsonOptions {
            block_size,
            ..options(7, ProbeKind::Gaussian, 8)
        };
        (
            trace(&op, &options).unwrap(),
            frobenius_norm(&op, &options).unwrap(),
            diagonal(&op, &options).unwrap(),
        )
    };
    let whole = estimate(0);
    for block_size in [1, 2, 3, 7, 100] {
        assert_eq!(estimate(block_size), whole, "{block_size}");
    }
}

/// Says how many vectors it was given at once.
struct Counting {
    inner: DenseOperator,
    blocks: std::cell::RefCell<Vec<usize>>,
}

impl LinearOperator for Counting {
    type Space = HostSpace<f64>;

    fn space(&self) -> &HostSpace<f64> {
        self.inner.space()
    }

    fn apply(&self, block: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, OperatorError> {
        self.blocks.borrow_mut().push(block.len());
        self.inner.apply(block)
    }
}

#[test]
fn blocks_are_of_the_size_asked_for() {
    let blocks = |block_size| {
        let op = Counting {
            inner: operator(&matrix(4)),
            blocks: Default::default(),
        };
        let options = HutchinsonOptions {
            block_size,
            ..options(7, ProbeKind::Gaussian, 8)
        };
        trace(&op, &options).unwrap();
        op.blocks.into_inner()
    };
    assert_eq!(blocks(0), [7]);
    assert_eq!(blocks(3), [3, 3, 1]);
    assert_eq!(blocks(7), [7]);
}

#[test]
fn a_deflated_operator_has_the_trace_of_what_remains() {
    let spectrum = [50.0, 2.0, -1.0, 0.5, 0.25, 0.0];
    let a = with_spectrum(&spectrum, 6);
    let op = operator::<f64>(&a);
    // The leading eigenvector by power iteration to the end.
    let mut v = vec![1.0; 6];
    for _ in 0..40 {
        v = op.apply(std::slice::from_ref(&v)).unwrap().remove(0);
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.iter_mut().for_each(|x| *x /= norm);
    }
    let pairs = Eigenpairs {
        values: vec![50.0],
        residuals: vec![0.0],
        vectors: vec![v.clone()],
    };
    let deflated = Deflated::new(&op, &pairs).unwrap();
    for kind in KINDS {
        let options = options(400, kind, 3);
        let estimate = trace(&deflated, &options).unwrap();
        assert!(
            (estimate.mean - 1.75).abs() < 4.0 * error(&estimate),
            "{kind:?}: {estimate:?}"
        );
        let found = diagonal(&deflated, &options).unwrap();
        let errors = found.standard_errors.unwrap();
        for i in 0..6 {
            let truth = a[(i, i)] - 50.0 * v[i] * v[i];
            assert!(
                (found.values[i] - truth).abs() < 4.0 * errors[i],
                "{kind:?} entry {i}"
            );
        }
    }
}

/// Multiplies by 1, but the second vector of a second block by something that is no number.
struct Broken {
    space: HostSpace<f64>,
    blocks: std::cell::Cell<usize>,
}

fn broken() -> Broken {
    Broken {
        space: HostSpace::new(3),
        blocks: std::cell::Cell::new(0),
    }
}

impl LinearOperator for Broken {
    type Space = HostSpace<f64>;

    fn space(&self) -> &HostSpace<f64> {
        &self.space
    }

    fn apply(&self, block: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, OperatorError> {
        let mut products = block.to_vec();
        self.blocks.set(self.blocks.get() + 1);
        if self.blocks.get() == 2 {
            products[1][2] = f64::NAN;
        }
        Ok(products)
    }
}

#[test]
fn what_cannot_be_estimated_says_why() {
    let op = operator::<f64>(&matrix(3));
    let none = options(0, ProbeKind::Gaussian, 0);
    for error in [
        trace(&op, &none).unwrap_err(),
        frobenius_norm(&op, &none).unwrap_err(),
        diagonal(&op, &none).unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "invalid option `probes`: must be at least 1"
        );
    }
    let options = HutchinsonOptions {
        block_size: 2,
        ..options(5, ProbeKind::Gaussian, 0)
    };
    for error in [
        trace(&broken(), &options).unwrap_err(),
        frobenius_norm(&broken(), &options).unwrap_err(),
        diagonal(&broken(), &options).unwrap_err(),
    ] {
        assert!(
            matches!(error, SpectralError::NotFinite { step: 1, index: 1 }),
            "{error}"
        );
    }
}

#[test]
fn options_read_from_json_with_defaults() {
    let options: HutchinsonOptions =
        serde_json::from_str(r#"{"probes": 5, "kind": "gaussian"}"#).unwrap();
    assert_eq!(
        options,
        HutchinsonOptions {
            probes: 5,
            kind: ProbeKind::Gaussian,
            seed: 0,
            block_size: 8
        }
    );
    let default = HutchinsonOptions::default();
    assert_eq!((default.probes, default.kind), (32, ProbeKind::Rademacher));
}
