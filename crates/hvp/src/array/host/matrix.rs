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
