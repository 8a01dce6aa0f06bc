//! Matrices of known spectrum.
#![allow(dead_code, clippy::unwrap_used)]

pub mod known;

use faer::{Mat, Side};
use hesscope_spectral::{DenseOperator, ProbeKind, Probes, Scalar};

/// A dim x dim matrix of independent standard normal entries.
pub fn gaussian(rows: usize, columns: usize, seed: u64) -> Mat<f64> {
    // Never the stream that an estimator with a small seed draws its probes from.
    let probes = Probes::new(ProbeKind::Gaussian, seed | 1 << 40);
    let columns: Vec<_> = (0..columns).map(|j| probes.host(rows, j as u64)).collect();
    Mat::from_fn(rows, columns.len(), |i, j| columns[j][i])
}

/// `Q diag(spectrum) Q^T` for a random orthogonal Q.
pub fn with_spectrum(spectrum: &[f64], seed: u64) -> Mat<f64> {
    let p = spectrum.len();
    let q = gaussian(p, p, seed).qr().compute_Q();
    let scaled = Mat::from_fn(p, p, |i, j| q[(i, j)] * spectrum[j]);
    symmetrised(&(&scaled * q.transpose()))
}

pub fn symmetrised(a: &Mat<f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| 0.5 * (a[(i, j)] + a[(j, i)]))
}

/// Wigner matrix whose spectrum fills [-1, 1] in the limit.
pub fn wigner(p: usize, seed: u64) -> Mat<f64> {
    let g = gaussian(p, p, seed);
    let scale = 1.0 / (8.0 * p as f64).sqrt();
    Mat::from_fn(p, p, |i, j| (g[(i, j)] + g[(j, i)]) * scale)
}

pub fn operator<T: Scalar>(a: &Mat<f64>) -> DenseOperator<T> {
    DenseOperator::new(a.clone()).unwrap()
}

/// Eigenvalues by faer's dense solver, ascending.
pub fn eigenvalues(a: &Mat<f64>) -> Vec<f64> {
    a.self_adjoint_eigenvalues(Side::Lower).unwrap()
}

pub fn largest_modulus(values: &[f64]) -> f64 {
    values.iter().fold(0.0_f64, |m, v| m.max(v.abs()))
}

/// Largest difference between two sorted lists of one length.
pub fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .fold(0.0_f64, |m, (x, y)| m.max((x - y).abs()))
}
