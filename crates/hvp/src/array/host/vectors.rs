//! Linear algebra of a few long vectors: their numbers are read once, sums are float64 and over
//! pieces whose bounds depend on nothing but the length.

use std::ops::Range;

use faer::{Mat, MatMut, MatRef};
use rayon::prelude::*;

use super::matrix::{Onto, multiply};
use super::real::Real;
use super::scratch::scratch;
use super::wide::wide;

/// Numbers of each vector that are handled at a time, in a core's cache.
const PIECE: usize = 2048;

/// Numbers of each vector one task handles; its sums are added in order.
const SPAN: usize = 32 * PIECE;

/// A sum of products with independent partial sums, which the compiler can vectorise.
#[inline(always)]
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
        .map(|(a, b)| {
            wide(
                #[inline(always)]
                || lanes(a, b),
            )
        })
        .collect();
    parts.iter().sum()
}

/// `y += alpha x`, in float64 but for the storage.
pub(crate) fn axpy<T: Real>(alpha: f64, x: &[T], y: &mut [T]) {
    y.par_chunks_mut(SPAN)
        .zip(x.par_chunks(SPAN))
        .for_each(|(y, x)| {
            wide(
                #[inline(always)]
                || {
                    for (y, &x) in y.iter_mut().zip(x) {
                        *y = T::from_f64(y.to_f64() + alpha * x.to_f64());
                    }
                },
            );
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

/// Vectors on one side up to which a product of matrices costs more than it saves: its arguments have
/// to be brought into float64 and into order first.
const NARROW: usize = 4;

/// A piece of some vectors in float64, one a column.
fn columns<T: Real>(vectors: &[&[T]], piece: Range<usize>, into: &mut Vec<f64>) {
    into.clear();
    for vector in vectors {
        into.extend(vector[piece.clone()].iter().map(|x| x.to_f64()));
    }
}

/// The pieces of a span of vectors of `len` numbers.
fn pieces(span: usize, len: usize) -> impl Iterator<Item = Range<usize>> {
    let end = len.min((span + 1) * SPAN);
    (span * SPAN..end)
        .step_by(PIECE)
        .map(move |start| start..end.min(start + PIECE))
}

/// The inner products of each of `a` with each of `b`, vectors of `len` numbers.
pub(crate) fn gram<T: Real>(a: &[&[T]], b: &[&[T]], len: usize) -> Mat<f64> {
    let parts: Vec<Mat<f64>> = (0..len.div_ceil(SPAN))
        .into_par_iter()
        .map(|span| {
            let mut sum = Mat::<f64>::zeros(a.len(), b.len());
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for piece in pieces(span, len) {
                if a.len().min(b.len()) <= NARROW {
                    for (j, b) in b.iter().enumerate() {
                        for (i, a) in a.iter().enumerate() {
                            let (a, b) = (&a[piece.clone()], &b[piece.clone()]);
                            sum[(i, j)] += wide(
                                #[inline(always)]
                                || lanes(a, b),
                            );
                        }
                    }
                    continue;
                }
                columns(a, piece.clone(), &mut left);
                columns(b, piece.clone(), &mut right);
                multiply(
                    sum.as_mut(),
                    Onto::Sum,
                    MatRef::from_column_major_slice(&left, piece.len(), a.len()).transpose(),
                    MatRef::from_column_major_slice(&right, piece.len(), b.len()),
                );
            }
            sum
        })
        .collect();
    parts
        .iter()
        .fold(Mat::zeros(a.len(), b.len()), |sum, part| sum + part)
}

/// Adds a linear combination of pieces of vectors to sums.
#[inline(always)]
fn add<T: Real>(
    vectors: &[&[T]],
    piece: Range<usize>,
    coefficient: impl Fn(usize) -> f64,
    sums: &mut [f64],
) {
    // Four at a time, for every pass reads and writes the sums.
    let (fours, rest) = vectors.as_chunks::<4>();
    for (four, vectors) in fours.iter().enumerate() {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| coefficient(4 * four + i));
        let [v, w, x, y] = vectors.map(|vector| &vector[piece.clone()]);
        for ((((sum, v), w), x), y) in sums.iter_mut().zip(v).zip(w).zip(x).zip(y) {
            *sum += (a * v.to_f64() + b * w.to_f64()) + (c * x.to_f64() + d * y.to_f64());
        }
    }
    for (i, vector) in rest.iter().enumerate() {
        let a = coefficient(4 * fours.len() + i);
        for (sum, x) in sums.iter_mut().zip(&vector[piece.clone()]) {
            *sum += a * x.to_f64();
        }
    }
}

/// The linear combinations of vectors of `len` numbers, one for each column of coefficients.
pub(crate) fn combine<T: Real>(
    basis: &[&[T]],
    coefficients: MatRef<f64>,
    len: usize,
) -> Vec<Vec<T>> {
    let width = coefficients.ncols();
    let mut out: Vec<Vec<T>> = (0..width).map(|_| scratch(len)).collect();
    // The parts of all results that a task writes.
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
            let mut sums = vec![0.0; PIECE * width];
            for piece in pieces(span, len) {
                let count = piece.len();
                let sums = &mut sums[..count * width];
                sums.fill(0.0);
                if width <= NARROW {
                    for (j, sums) in sums.chunks_mut(count).enumerate() {
                        wide(
                            #[inline(always)]
                            || add(basis, piece.clone(), |i| coefficients[(i, j)], sums),
                        );
                    }
                } else {
                    columns(basis, piece.clone(), &mut from);
                    multiply(
                        MatMut::from_column_major_slice_mut(sums, count, width),
                        Onto::Sum,
                        MatRef::from_column_major_slice(&from, count, basis.len()),
                        coefficients,
                    );
                }
                let first = piece.start - span * SPAN;
                for (out, sums) in out.iter_mut().zip(sums.chunks(count)) {
                    for (out, &sum) in out[first..first + count].iter_mut().zip(sums) {
                        *out = T::from_f64(sum);
                    }
                }
            }
        });
    out
}
