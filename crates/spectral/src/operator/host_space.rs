//! Vectors in host memory.

use faer::{Mat, MatRef};

use crate::operator::vector_space::VectorSpace;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point type that [`HostSpace`] stores: `f32` or `f64`.
pub trait Scalar: sealed::Sealed + Copy + Send + Sync + std::fmt::Debug + 'static {
    /// The type's machine epsilon.
    const EPSILON: f64;
    /// Rounds to the type.
    fn from_f64(value: f64) -> Self;
    /// Widens exactly.
    fn to_f64(self) -> f64;
}

impl Scalar for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    fn from_f64(value: f64) -> Self {
        value as f32
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    const EPSILON: f64 = f64::EPSILON;
    fn from_f64(value: f64) -> Self {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
}

/// Vectors in host memory, `Vec<T>` with T = `f32` or `f64`; all arithmetic is in float64, only storage rounds to T.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostSpace<T> {
    dim: usize,
    scalar: std::marker::PhantomData<T>,
}

impl<T: Scalar> HostSpace<T> {
    /// The space of dimension `dim`.
    pub fn new(dim: usize) -> Self {
        Self {
            dim,
            scalar: std::marker::PhantomData,
        }
    }
}

/// Independent partial sums, so the compiler can vectorise and rounding errors grow eight times slower.
const LANES: usize = 8;

/// Entries of a vector handled at a time by the block kernels, so that a piece of every vector stays in cache.
const CHUNK: usize = 2048;

fn dot_slices<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += x[lane].to_f64() * y[lane].to_f64();
        }
    }
    let rest: f64 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(x, y)| x.to_f64() * y.to_f64())
        .sum();
    lanes.iter().sum::<f64>() + rest
}

impl<T: Scalar> VectorSpace for HostSpace<T> {
    type Vector = Vec<T>;

    fn dim(&self) -> usize {
        self.dim
    }

    // The space makes the vector, so the name reads as on a constructor.
    #[allow(clippy::wrong_self_convention)]
    fn from_host(&self, values: &[f64]) -> Vec<T> {
        debug_assert_eq!(values.len(), self.dim);
        values.iter().map(|&value| T::from_f64(value)).collect()
    }

    fn to_host(&self, v: &Vec<T>) -> Vec<f64> {
        v.iter().map(|value| value.to_f64()).collect()
    }

    fn dot(&self, a: &Vec<T>, b: &Vec<T>) -> f64 {
        a.chunks(CHUNK)
            .zip(b.chunks(CHUNK))
            .map(|(x, y)| dot_slices(x, y))
            .sum()
    }

    fn axpy(&self, alpha: f64, x: &Vec<T>, y: &mut Vec<T>) {
        for (target, value) in y.iter_mut().zip(x) {
            *target = T::from_f64(target.to_f64() + alpha * value.to_f64());
        }
    }

    fn scale(&self, alpha: f64, x: &mut Vec<T>) {
        for value in x {
            *value = T::from_f64(alpha * value.to_f64());
        }
    }

    fn epsilon(&self) -> f64 {
        T::EPSILON
    }

    fn gram(&self, a: &[Vec<T>], b: &[Vec<T>]) -> Mat<f64> {
        let mut gram = Mat::zeros(a.len(), b.len());
        for start in (0..self.dim).step_by(CHUNK) {
            let end = (start + CHUNK).min(self.dim);
            for (j, y) in b.iter().enumerate() {
                for (i, x) in a.iter().enumerate() {
                    gram[(i, j)] += dot_slices(&x[start..end], &y[start..end]);
                }
            }
        }
        gram
    }

    fn combine(&self, basis: &[Vec<T>], coeffs: MatRef<'_, f64>) -> Vec<Vec<T>> {
        let mut outputs: Vec<Vec<T>> = (0..coeffs.ncols())
            .map(|_| Vec::with_capacity(self.dim))
            .collect();
        let mut sums = vec![0.0; CHUNK];
        for start in (0..self.dim).step_by(CHUNK) {
            let end = (start + CHUNK).min(self.dim);
            for (j, output) in outputs.iter_mut().enumerate() {
                let sums = &mut sums[..end - start];
                sums.fill(0.0);
                for (i, vector) in basis.iter().enumerate() {
                    let coefficient = coeffs[(i, j)];
                    for (sum, value) in sums.iter_mut().zip(&vector[start..end]) {
                        *sum += coefficient * value.to_f64();
                    }
                }
                output.extend(sums.iter().map(|&sum| T::from_f64(sum)));
            }
        }
        outputs
    }
}
