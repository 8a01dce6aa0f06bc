//! Linear algebra of a few long vectors: their numbers are read once, sums are float64 and over
//! pieces whose bounds depend on nothing but the length.

use faer::{Mat, MatMut, MatRef};
use rayon::prelude::*;

use super::matrix::{Onto, multiply};
use super::{Real, scratch};

/// Numbers of each vector that are handled at a time, in a core's cache.
const PIECE: usize = 2048;

/// Numbers of each vector one task handles; its sums are added in order.
const SPAN: usize = 32 * PIECE;

/// A sum of products with independent partial sums, which the compiler can vectorise.
fn lanes<T: Real>(a: &[T], b: &[T]) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane].to_f64() * b[lane].to_f64();
        }
    }
    let rest = a_rest.iter().zip(b_rest);
    sums.iter().sum::<f64>() + rest.map(|(&a, &b)| a.to_f64() * b.to_f64()).sum::<f64>()
}

/// The inner product.
pub(crate) fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    let parts: Vec<f64> = a
        .par_chunks(SPAN)
        .zip(b.par_chunks(SPAN))
        .map(|(a, b)| lanes(a, b))
        .collect();
    parts.iter().sum()
}

/// `y += alpha x`, in float64 but for the storage.
pub(crate) fn axpy<T: Real>(alpha: f64, x: &[T], y: &mut [T]) {
    y.par_chunks_mut(SPAN)
        .zip(x.par_chunks(SPAN))
        .for_each(|(y, x)| {
            for (y, &x) in y.iter_mut().zip(x) {
                *y = T::from_f64(y.to_f64() + alpha * x.to_f64());
            }
        });
}

/// `x *= alpha`, in float64 but for the storage.
pub(crate) fn scale<T: Real>(alpha: f64, x: &mut [T]) {
    x.par_chunks_mut(SPAN).for_each(|x| {
        for x in x {
            *x = T::from_f64(alpha * x.to_f64());
        }
    });
}

/// A piece of some vectors in float64, one a column.
fn columns<T: Real>(vectors: &[&[T]], start: usize, end: usize, into: &mut Vec<f64>) {
    into.clear();
    for vector in vectors {
        into.extend(vector[start..end].iter().map(|x| x.to_f64()));
    }
}

/// The inner products of each of `a` with each of `b`, vectors of `len` numbers.
pub(crate) fn gram<T: Real>(a: &[&[T]], b: &[&[T]], len: usize) -> Mat<f64> {
    let parts: Vec<Mat<f64>> = (0..len.div_ceil(SPAN))
        .into_par_iter()
        .map(|span| {
            let mut sum = Mat::<f64>::zeros(a.len(), b.len());
            let (mut left, mut right) = (Vec::new(), Vec::new());
            let end = len.min((span + 1) * SPAN);
            for start in (span * SPAN..end).step_by(PIECE) {
                let end = end.min(start + PIECE);
                columns(a, start, end, &mut left);
                columns(b, start, end, &mut right);
                multiply(
                    sum.as_mut(),
                    Onto::Sum,
                    MatRef::from_column_major_slice(&left, end - start, a.len()).transpose(),
                    MatRef::from_column_major_slice(&right, end - start, b.len()),
                );
            }
            sum
        })
        .collect();
    parts
        .iter()
        .fold(Mat::zeros(a.len(), b.len()), |sum, part| sum + part)
}

/// The linear combinations of vectors of `len` numbers, one for each column of coefficients.
pub(crate) fn combine<T: Real>(
    basis: &[&[T]],
    coefficients: MatRef<f64>,
    len: usize,
) -> Vec<Vec<T>> {
    let mut out: Vec<Vec<T>> = (0..coefficients.ncols()).map(|_| scratch(len)).collect();
    // The pieces of all results a task writes.
    let mut spans: Vec<Vec<&mut [T]>> = (0..len.div_ceil(SPAN)).map(|_| Vec::new()).collect();
    for vector in &mut out {
        for (span, part) in spans.iter_mut().zip(vector.chunks_mut(SPAN)) {
            span.push(part);
        }
    }
    spans
        .into_par_iter()
        .enumerate()
        .for_each(|(span, mut out)| {
            let mut from = Vec::new();
            let mut sums = vec![0.0; PIECE * coefficients.ncols()];
            let end = len.min((span + 1) * SPAN);
            for start in (span * SPAN..end).step_by(PIECE) {
                let end = end.min(start + PIECE);
                let count = end - start;
                columns(basis, start, end, &mut from);
                let sums = &mut sums[..count * coefficients.ncols()];
                sums.fill(0.0);
                multiply(
                    MatMut::from_column_major_slice_mut(sums, count, coefficients.ncols()),
                    Onto::Sum,
                    MatRef::from_column_major_slice(&from, count, basis.len()),
                    coefficients,
                );
                let first = start - span * SPAN;
                for (out, sums) in out.iter_mut().zip(sums.chunks(count)) {
                    for (out, &sum) in out[first..first + count].iter_mut().zip(sums) {
                        *out = T::from_f64(sum);
                    }
                }
            }
        });
    out
}
