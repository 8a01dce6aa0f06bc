//! Matrices of known spectrum.
#![allow(dead_code, clippy::unwrap_used)]

pub mod spectra;

pub use spectra::{KnownSpectrum, norm as largest_modulus};

use faer::{Mat, Side};
use hesscope_spectral::{
    DenseOperator, Estimation, ExtremePairs, FolderKeeper, HostSpace, Keeper, LinearOperator,
    ProbeKind, Probes, Scalar, VectorOf, VectorSpace,
};

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

/// Largest difference between two sorted lists of one length.
pub fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .fold(0.0_f64, |m, (x, y)| m.max((x - y).abs()))
}

/// Checks pairs against the spectrum: values, residuals and orthonormality, each to `tolerance` of the norm. Returns the
/// largest error of a value over the norm.
pub fn check_extreme<O: LinearOperator>(
    op: &O,
    spectrum: &[f64],
    key: impl Fn(f64) -> f64,
    found: &ExtremePairs<VectorOf<O>>,
    tolerance: f64,
) -> f64 {
    let norm = largest_modulus(spectrum);
    let pairs = &found.pairs;
    let count = pairs.values.len();
    let mut expected = spectrum.to_vec();
    expected.sort_by(|a, b| key(*b).total_cmp(&key(*a)));
    expected.truncate(count);
    // Equal moduli of both signs may come in either order.
    let (mut a, mut b) = (expected, pairs.values.clone());
    assert!(b.windows(2).all(|w| key(w[0]) >= key(w[1])), "{b:?}");
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let error = max_difference(&a, &b);
    assert!(
        error <= tolerance * norm,
        "{error:e} of {norm:e}: {b:?} against {a:?}"
    );
    assert!(found.norm <= norm * (1.0 + 1e-5));
    let space = op.space();
    let mut products = op.apply(&pairs.vectors).unwrap();
    for (i, product) in products.iter_mut().enumerate() {
        space.axpy(-pairs.values[i], &pairs.vectors[i], product);
        let residual = space.norm(product);
        assert!((residual - pairs.residuals[i]).abs() <= tolerance * norm);
        assert!(
            residual <= 2.0 * tolerance * norm,
            "residual {i}: {residual:e}"
        );
    }
    let gram = space.gram(&pairs.vectors, &pairs.vectors);
    for j in 0..count {
        for i in 0..count {
            let entry = (gram[(i, j)] - f64::from(u8::from(i == j))).abs();
            assert!(entry <= tolerance, "({i}, {j}): {entry:e}");
        }
    }
    if norm > 0.0 { error / norm } else { 0.0 }
}

/// Runs an estimation to its end, restored from its snapshot before every step, and in one go: the same bits, whose text
/// (`{:?}` tells every bit of a float) it returns with the number of steps.
pub fn check_resumable<O, E>(op: &O, options: &E::Options, begin: impl Fn() -> E) -> (String, usize)
where
    O: LinearOperator,
    E: Estimation<O>,
    E::Output: std::fmt::Debug,
{
    let mut whole = begin();
    let mut steps = 0;
    while !whole.is_finished() {
        whole.step(op).unwrap();
        steps += 1;
    }
    let whole = format!("{:?}", whole.finish(op).unwrap());
    let mut broken = begin();
    loop {
        let snapshot = broken.snapshot().unwrap().to_owned();
        broken = E::restore(op, options, snapshot).unwrap();
        if broken.is_finished() {
            break;
        }
        broken.step(op).unwrap();
    }
    let broken = format!("{:?}", broken.finish(op).unwrap());
    assert_eq!(whole, broken);
    (whole, steps)
}

/// The same from a folder, opened anew for every step.
pub fn check_resumable_on_disk<E, T>(
    op: &KnownSpectrum<T>,
    options: &E::Options,
    begin: impl FnOnce() -> E,
) -> String
where
    T: Scalar,
    E: Estimation<KnownSpectrum<T>>,
    E::Output: std::fmt::Debug,
    FolderKeeper: Keeper<HostSpace<T>>,
{
    let folder = tempfile::tempdir().unwrap();
    let open = || FolderKeeper::new(folder.path(), std::time::Duration::ZERO).unwrap();
    let first = begin();
    let snapshot = first.snapshot().unwrap();
    open().save("stopped", op.space(), snapshot).unwrap();
    loop {
        let mut keeper = open();
        let kept = keeper.load("stopped", op.space()).unwrap().unwrap();
        let mut estimation = E::restore(op, options, kept).unwrap();
        if estimation.is_finished() {
            return format!("{:?}", estimation.finish(op).unwrap());
        }
        estimation.step(op).unwrap();
        let snapshot = estimation.snapshot().unwrap();
        keeper.save("stopped", op.space(), snapshot).unwrap();
    }
}
