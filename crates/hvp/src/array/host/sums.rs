//! Sums along an axis.

use rayon::prelude::*;

use super::elements::tasks_of;
use super::numbers::Numbers;
use super::real::Real;
use super::results::array;
use super::scratch::scratch;
use super::wide::wide;
use crate::array::tensor::Array;

/// Partial sums of a row, as many as fill vectors and hide how long an addition takes.
const PARTS: usize = 64;

/// Numbers of a sum of rows that one task gives.
const SPAN: usize = 1 << 12;

/// The sums along axis `dim`, which stays with extent one.
pub(crate) fn sum_dim<T: Real>(from: &Array, dim: usize) -> Array {
    let mut shape = from.shape();
    let extent = std::mem::replace(&mut shape[dim], 1);
    let inner: usize = shape[dim + 1..].iter().product();
    let from = Numbers::<T>::of(from);
    let mut out = scratch(shape.iter().product());
    if extent == 0 || inner == 0 {
        out.fill(T::ZERO);
    } else if inner == 1 {
        let rows = tasks_of(extent);
        out.par_chunks_mut(rows)
            .zip(from.par_chunks(rows * extent))
            .for_each(|(out, from)| {
                wide(
                    #[inline(always)]
                    || {
                        for (out, row) in out.iter_mut().zip(from.chunks_exact(extent)) {
                            *out = sum_of_row(row);
                        }
                    },
                );
            });
    } else {
        let tasks = tasks_of(extent * inner);
        out.par_chunks_mut(inner)
            .zip(from.par_chunks(extent * inner))
            .with_min_len(tasks)
            .for_each(|(out, from)| sum_of_rows(from, inner, out));
    }
    array(out, &shape)
}

/// Numbers that are added up in their own precision; sums of so many are added up in float64.
const BLOCK: usize = 64 * PARTS;

#[inline(always)]
fn sum_of_row<T: Real>(row: &[T]) -> T {
    if row.len() <= BLOCK {
        return sum_of_block(row);
    }
    let blocks = row.chunks(BLOCK).map(|block| sum_of_block(block).to_f64());
    T::from_f64(blocks.sum())
}

#[inline(always)]
fn sum_of_block<T: Real>(row: &[T]) -> T {
    let mut parts = [T::ZERO; PARTS];
    let (whole, rest) = row.as_chunks::<PARTS>();
    for chunk in whole {
        for (part, &x) in parts.iter_mut().zip(chunk) {
            *part += x;
        }
    }
    for (part, &x) in parts.iter_mut().zip(rest) {
        *part += x;
    }
    // Halves are added up, as a vector would be.
    let mut count = PARTS / 2;
    while count > 0 {
        let (low, high) = parts.split_at_mut(count);
        for (low, &mut high) in low.iter_mut().zip(high) {
            *low += high;
        }
        count /= 2;
    }
    parts[0]
}

/// The sum of rows of so many numbers.
fn sum_of_rows<T: Real>(from: &[T], inner: usize, out: &mut [T]) {
    out.par_chunks_mut(SPAN)
        .enumerate()
        .for_each(|(place, out)| {
            wide(
                #[inline(always)]
                || {
                    out.fill(T::ZERO);
                    for row in from.chunks_exact(inner) {
                        let row = &row[place * SPAN..];
                        out.iter_mut().zip(row).for_each(|(out, &x)| *out += x);
                    }
                },
            );
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::host::real::with_real;
    use crate::precision::Precision;
    use burn::tensor::Device;

    /// Numbers whose sums are exact in both precisions.
    fn whole(shape: &[usize], precision: Precision) -> Array {
        let count: usize = shape.iter().product();
        let values = (0..count).map(|i| (i * 7 % 23) as f64 - 11.0).collect();
        Array::from_vec(values, shape, precision, &Device::flex())
    }

    #[test]
    fn sums_along_every_axis_of_every_extent() {
        for shape in [
            &[1, 1, 1][..],
            &[3, 5, 7],
            &[2, 63, 64],
            &[2, 64, 65],
            &[4, 129, 1],
            &[3, 2, 5000],
            &[17, 1, 3, 70],
            &[2, 9000],
        ] {
            for precision in [Precision::F32, Precision::F64] {
                let from = whole(shape, precision);
                let numbers = from.to_f64().expect("numbers");
                for dim in 0..shape.len() {
                    let (extent, inner) = (shape[dim], shape[dim + 1..].iter().product::<usize>());
                    let expected: Vec<f64> = numbers
                        .chunks(extent * inner)
                        .flat_map(|block| {
                            (0..inner).map(|i| block.iter().skip(i).step_by(inner).sum())
                        })
                        .collect();
                    let found = with_real!(&from, T => sum_dim::<T>(&from, dim));
                    assert_eq!(found.shape()[dim], 1);
                    assert_eq!(
                        found.to_f64().expect("numbers"),
                        expected,
                        "{shape:?} {dim}"
                    );
                    let view = from.permute(&(0..shape.len()).rev().collect::<Vec<_>>());
                    let turned = with_real!(&view, T => sum_dim::<T>(&view, shape.len() - 1 - dim));
                    let back = turned.permute(&(0..shape.len()).rev().collect::<Vec<_>>());
                    assert_eq!(back.to_f64().expect("numbers"), expected, "{shape:?} {dim}");
                }
            }
        }
    }

    #[test]
    fn nothing_sums_to_zero() {
        let from = whole(&[2, 0, 3], Precision::F64);
        let found = sum_dim::<f64>(&from, 1);
        assert_eq!(found.shape(), [2, 1, 3]);
        assert_eq!(found.to_f64().expect("numbers"), [0.0; 6]);
        assert_eq!(sum_dim::<f64>(&from, 0).shape(), [1, 0, 3]);
    }

    #[test]
    fn long_rows_keep_more_digits_than_one_sum_after_another() {
        let values = vec![0.1f64; 1 << 20];
        let from = Array::from_vec(values, &[1, 1 << 20], Precision::F32, &Device::flex());
        let found = sum_dim::<f32>(&from, 1).to_f64().expect("a number")[0];
        let exact = f64::from(0.1f32) * f64::from(1 << 20);
        assert!((found - exact).abs() < 1e-5 * exact, "{found}");
    }
}
