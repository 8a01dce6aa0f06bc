//! Products of matrices that are parts of slices.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::real::Real;

/// What a product does with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Onto {
    /// Writes over it.
    Nothing,
    /// Adds to it.
    Sum,
}

/// `out = a b` or `out += a b` on the calling thread.
pub(crate) fn multiply<T: Real>(out: MatMut<T>, onto: Onto, a: MatRef<T>, b: MatRef<T>) {
    let accum = match onto {
        Onto::Nothing => Accum::Replace,
        Onto::Sum => Accum::Add,
    };
    matmul(out, accum, a, b, T::from_f64(1.0), Par::Seq);
}

/// Rows or columns of a part at least.
const LEAST: usize = 64;

/// Multiplications below which a product is not divided.
const PART: usize = 1 << 22;

/// [`multiply`] on all threads: the result is divided along its longer side, by the extents alone.
pub(crate) fn multiply_in_parts<T: Real>(out: MatMut<T>, onto: Onto, a: MatRef<T>, b: MatRef<T>) {
    let (height, width) = (out.nrows(), out.ncols());
    let longer = height.max(width);
    if longer < 2 * LEAST || height * width * a.ncols() < 2 * PART {
        return multiply(out, onto, a, b);
    }
    // Whole vectors on one side.
    let half = (longer / 2).next_multiple_of(LEAST);
    if height > width {
        let ((upper, lower), (a, c)) = (out.split_at_row_mut(half), a.split_at_row(half));
        rayon::join(
            || multiply_in_parts(upper, onto, a, b),
            || multiply_in_parts(lower, onto, c, b),
        );
    } else {
        let ((left, right), (b, c)) = (out.split_at_col_mut(half), b.split_at_col(half));
        rayon::join(
            || multiply_in_parts(left, onto, a, b),
            || multiply_in_parts(right, onto, a, c),
        );
    }
}

/// [`multiply`] on all threads, or on the calling one.
pub(crate) fn multiply_on<T: Real>(
    all_threads: bool,
    out: MatMut<T>,
    onto: Onto,
    a: MatRef<T>,
    b: MatRef<T>,
) {
    if all_threads {
        multiply_in_parts(out, onto, a, b);
    } else {
        multiply(out, onto, a, b);
    }
}

/// The matrix whose rows begin `stride` apart in a slice.
pub(crate) fn rows<T: Real>(
    values: &[T],
    rows: usize,
    columns: usize,
    stride: usize,
) -> MatRef<'_, T> {
    MatRef::from_row_major_slice_with_stride(values, rows, columns, stride)
}

/// The same of a slice to write to.
pub(crate) fn rows_mut<T: Real>(
    values: &mut [T],
    rows: usize,
    columns: usize,
    stride: usize,
) -> MatMut<'_, T> {
    // faer 0.24 has the strides of `from_row_major_slice_with_stride_mut` the wrong way around.
    MatMut::from_column_major_slice_with_stride_mut(values, columns, rows, stride).transpose_mut()
}
