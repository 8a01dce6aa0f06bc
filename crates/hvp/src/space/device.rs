//! Inner products and combinations of vectors on a device. The vectors stay there; a result is fetched once.
//!
//! Sums have two levels: some hundred numbers at a time on the device, in its precision, and those in float64 on the host, of
//! which [`GROUP`] are first added up on the device where there are many. On GPUs kernels read the vectors where they lie
//! (`array/device/vectors.rs`); elsewhere they are laid side by side.

use burn::tensor::TensorData;
use faer::{Mat, MatRef};

use crate::array::Array;
use crate::error::HvpError;
use crate::precision::Precision;

/// Numbers that one sum on the device adds up.
pub(super) const FOLD: usize = 512;

/// Such sums that are added up before they are fetched.
const GROUP: usize = 64;

/// Numbers of each vector that are laid side by side at a time.
const CHUNK: usize = FOLD * GROUP * 32;

/// The numbers of a tensor.
///
/// # Panics
///
/// When the device is lost: an inner product has no other way to say so.
pub(super) fn read(array: &Array) -> TensorData {
    array
        .to_data()
        .unwrap_or_else(|error| panic!("{}", HvpError::from(error)))
}

/// The sum of the elements of a vector.
fn sum(vector: &Array) -> f64 {
    let len = vector.shape()[0];
    let whole = len / FOLD * FOLD;
    let on_host = |array: &Array| read(array).iter::<f64>().sum::<f64>();
    let mut total = 0.0;
    if whole > 0 {
        let folded = vector.slice(0, 0, whole).reshape(&[whole / FOLD, FOLD]);
        total += on_host(&folded.sum_dim(1));
    }
    if whole < len {
        total += on_host(&vector.slice(0, whole, len));
    }
    total
}

/// The inner product of two vectors.
pub(super) fn dot(a: &Array, b: &Array) -> f64 {
    #[cfg(feature = "gpu")]
    if let Some(gram) = gram_on_gpu(std::slice::from_ref(a), std::slice::from_ref(b)) {
        return gram[(0, 0)];
    }
    sum(&a.mul(b))
}

/// The inner products of vectors that kernels read where they lie; none where there are none, or not on a GPU.
#[cfg(feature = "gpu")]
fn gram_on_gpu(a: &[Array], b: &[Array]) -> Option<Mat<f64>> {
    use crate::array::device::vectors;
    let sums = vectors::partial_products(a, b)?;
    let groups = sums.shape()[0] / vectors::GROUP;
    let sums = sums.reshape(&[groups, vectors::GROUP]).sum_dim(1);
    let values: Vec<f64> = read(&sums).iter().collect();
    let each = groups / (a.len() * b.len());
    Some(Mat::from_fn(a.len(), b.len(), |i, j| {
        let pair = j * a.len() + i;
        values[pair * each..(pair + 1) * each].iter().sum()
    }))
}

/// The inner products of vectors `a` with vectors `b`, of `dim` numbers each: `a.len()` × `b.len()`.
pub(super) fn gram(a: &[Array], b: &[Array], dim: usize) -> Mat<f64> {
    let (m, n) = (a.len(), b.len());
    let mut total = Mat::zeros(m, n);
    if m == 0 || n == 0 || dim == 0 {
        return total;
    }
    #[cfg(feature = "gpu")]
    if let Some(gram) = gram_on_gpu(a, b) {
        return gram;
    }
    let mut sums = Vec::new();
    for start in (0..dim).step_by(CHUNK) {
        let len = CHUNK.min(dim - start);
        let left = side_by_side(a, start, len);
        let right = if std::ptr::eq(a, b) {
            left.clone()
        } else {
            side_by_side(b, start, len)
        };
        let whole = len / FOLD * FOLD;
        if whole > 0 {
            sums.push(group(&products(&left, &right, 0, whole)));
        }
        if whole < len {
            sums.push(products(&left, &right, whole, len));
        }
    }
    let values: Vec<f64> = read(&Array::cat(&sums, 0)).iter().collect();
    for product in values.chunks_exact(m * n) {
        for (place, value) in product.iter().enumerate() {
            total[(place / n, place % n)] += value;
        }
    }
    total
}

/// Vectors as the rows of a matrix, of which it has `len` columns from `start` on.
fn side_by_side(vectors: &[Array], start: usize, len: usize) -> Array {
    let rows: Vec<Array> = vectors
        .iter()
        .map(|vector| vector.slice(0, start, start + len).reshape(&[1, len]))
        .collect();
    Array::cat(&rows, 0)
}

/// The products of matrices of rows [m, len] and [n, len], over [`FOLD`] columns at a time from `start` to `end`, or over all
/// of them where they are fewer: [parts, m, n].
fn products(left: &Array, right: &Array, start: usize, end: usize) -> Array {
    let columns = FOLD.min(end - start);
    let parts = (end - start) / columns;
    let cut = |rows: &Array, axes: &[usize]| {
        rows.slice(1, start, end)
            .reshape(&[rows.shape()[0], parts, columns])
            .permute(axes)
    };
    cut(left, &[1, 0, 2]).matmul(&cut(right, &[1, 2, 0]))
}

/// Sums over [`GROUP`] matrices [parts, m, n] at a time, where they divide.
fn group(products: &Array) -> Array {
    let [parts, m, n] = [0, 1, 2].map(|axis| products.shape()[axis]);
    if !parts.is_multiple_of(GROUP) {
        return products.clone();
    }
    products
        .reshape(&[parts / GROUP, GROUP, m * n])
        .sum_dim(1)
        .reshape(&[parts / GROUP, m, n])
}

/// The combinations of vectors of `dim` numbers with the coefficients of each column.
pub(super) fn combine(
    basis: &[Array],
    coefficients: MatRef<'_, f64>,
    dim: usize,
    precision: Precision,
) -> Vec<Array> {
    let (m, n) = (basis.len(), coefficients.ncols());
    let transposed = (0..n)
        .flat_map(|j| (0..m).map(move |i| coefficients[(i, j)]))
        .collect();
    let device = basis[0].device();
    #[cfg(feature = "gpu")]
    if crate::array::device::reaches(&basis[0]) {
        let coefficients = Array::from_vec(transposed, &[n * m], precision, &device);
        return crate::array::device::vectors::combinations(basis, &coefficients, n)
            .expect("vectors on a GPU");
    }
    let transposed = Array::from_vec(transposed, &[n, m], precision, &device);
    let mut parts: Vec<Vec<Array>> = vec![Vec::new(); n];
    for start in (0..dim).step_by(CHUNK) {
        let len = CHUNK.min(dim - start);
        let combined = transposed.matmul(&side_by_side(basis, start, len));
        for (parts, part) in parts.iter_mut().zip(combined.rows()) {
            parts.push(part);
        }
    }
    parts.iter().map(|parts| Array::cat(parts, 0)).collect()
}

#[cfg(test)]
mod tests {
    //! The path of devices, run on the host.

    use burn::tensor::Device;
    use hesscope_spectral::VectorSpace;

    use super::*;
    use crate::space::ParameterSpace;

    fn vector(values: impl Iterator<Item = f64>, precision: Precision) -> Array {
        let values: Vec<f64> = values.collect();
        let shape = [values.len()];
        Array::from_vec(values, &shape, precision, &Device::flex())
    }

    fn wave(len: usize, shift: f64, precision: Precision) -> Array {
        vector((0..len).map(|i| (i as f64 * 0.7 + shift).sin()), precision)
    }

    #[test]
    fn sums_of_whole_rows_and_rests_are_exact() {
        for len in [0, 1, FOLD - 1, FOLD, FOLD + 1, 5 * FOLD, 5 * FOLD + 7] {
            // Integers this small add up exactly in float32 too.
            let numbers = || (0..len).map(|i| (i % 19) as f64 - 7.0);
            let expected: f64 = numbers().sum();
            for precision in [Precision::F32, Precision::F64] {
                assert_eq!(sum(&vector(numbers(), precision)), expected, "{len}");
            }
        }
    }

    #[test]
    fn products_and_combinations_are_those_on_the_host() {
        for (precision, tolerance) in [(Precision::F32, 1e-6), (Precision::F64, 1e-14)] {
            for len in [
                1,
                FOLD - 1,
                3 * FOLD + 100,
                GROUP * FOLD,
                CHUNK + 70 * FOLD + 3,
            ] {
                let space = ParameterSpace::new(len, precision, Device::flex());
                let vectors: Vec<Array> = (0..5)
                    .map(|i| wave(len, 0.4 * f64::from(i), precision))
                    .collect();
                let (a, b) = vectors.split_at(2);
                let size = len as f64;
                assert!((dot(&a[0], &b[0]) - space.dot(&a[0], &b[0])).abs() < tolerance * size);
                for (a, b) in [(a, b), (b, a), (a, a)] {
                    let off = gram(a, b, len) - space.gram(a, b);
                    assert!(off.norm_max() < tolerance * size, "{len} {precision}");
                }
                let coefficients = Mat::from_fn(5, 3, |i, j| (i as f64 - 2.0) * 0.3 + j as f64);
                let ours = combine(&vectors, coefficients.as_ref(), len, precision);
                let expected = space.combine(&vectors, coefficients.as_ref());
                for (ours, mut expected) in ours.into_iter().zip(expected) {
                    space.axpy(-1.0, &ours, &mut expected);
                    let off = space.dot(&expected, &expected).sqrt();
                    assert!(off < 10.0 * tolerance * size.sqrt(), "{len} {precision}");
                }
            }
        }
    }

    #[test]
    fn long_sums_keep_float64_accuracy() {
        // In float32 alone, adding one to 2^24 changes nothing.
        let len = 1 << 25;
        let ones = Array::from_vec(vec![1.0], &[1], Precision::F32, &Device::flex()).expand(&[len]);
        assert_eq!(sum(&ones), len as f64);
        let ones = [ones];
        assert_eq!(gram(&ones, &ones, len)[(0, 0)], len as f64);
    }
}
