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

/// Where the longer side of a result is divided, whole vectors on one side; not where there is little to multiply.
fn half(height: usize, width: usize, depth: usize) -> Option<usize> {
    let longer = height.max(width);
    let divided = longer >= 2 * LEAST && height * width * depth >= 2 * PART;
    divided.then(|| (longer / 2).next_multiple_of(LEAST))
}

/// [`multiply`] on all threads: the result is divided along its longer side, by the extents alone.
pub(crate) fn multiply_in_parts<T: Real>(out: MatMut<T>, onto: Onto, a: MatRef<T>, b: MatRef<T>) {
    let (height, width) = (out.nrows(), out.ncols());
    let Some(half) = half(height, width, a.ncols()) else {
        return multiply(out, onto, a, b);
    };
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

#[cfg(test)]
mod tests {
    use super::{LEAST, PART, half};

    #[test]
    fn results_are_divided_where_both_parts_are_worth_it() {
        let deep = PART;
        assert_eq!(half(2 * LEAST, 1, deep), Some(LEAST));
        assert_eq!(half(1, 2 * LEAST, deep), Some(LEAST));
        assert_eq!(half(2 * LEAST - 1, 2 * LEAST - 1, deep), None);
        assert_eq!(half(3 * LEAST, 5, deep), Some(2 * LEAST));
        // 2^23 multiplications, and fewer.
        assert_eq!(half(2048, 64, 64), Some(1024));
        assert_eq!(half(2048, 64, 63), None);
        assert_eq!(half(2048, 63, 64), None);
        assert_eq!(half(64, 2047, 64), None);
    }
}
