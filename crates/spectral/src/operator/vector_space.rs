//! Inner-product spaces whose vectors may live on a device.

use faer::{Mat, MatRef};

/// A real inner-product space whose vectors may live on a device.
///
/// The estimators touch vectors only through this trait, so a device implements its few kernels and everything else
/// follows. Scalars that leave the space (`dot`, `gram`) are float64 whatever the vectors are stored in.
pub trait VectorSpace {
    /// A vector of the space.
    type Vector: Clone;

    /// The dimension p.
    fn dim(&self) -> usize;

    /// The vector with these p coordinates, rounded to the storage type.
    ///
    /// Callers pass exactly [`dim`](Self::dim) values.
    // The space makes the vector, so the name reads as on a constructor.
    #[allow(clippy::wrong_self_convention)]
    fn from_host(&self, values: &[f64]) -> Self::Vector;

    /// The coordinates of `v`, p of them.
    fn to_host(&self, v: &Self::Vector) -> Vec<f64>;

    /// The inner product `a . b`, accumulated in float64.
    fn dot(&self, a: &Self::Vector, b: &Self::Vector) -> f64;

    /// `y <- y + alpha x`.
    fn axpy(&self, alpha: f64, x: &Self::Vector, y: &mut Self::Vector);

    /// `x <- alpha x`.
    fn scale(&self, alpha: f64, x: &mut Self::Vector);

    /// Unit roundoff of the stored vectors (`f64::EPSILON`, `f32::EPSILON`, ...): sets every tolerance.
    fn epsilon(&self) -> f64;

    /// The zero vector.
    fn zeros(&self) -> Self::Vector {
        self.from_host(&vec![0.0; self.dim()])
    }

    /// The Euclidean norm `sqrt(a . a)`.
    fn norm(&self, a: &Self::Vector) -> f64 {
        self.dot(a, a).sqrt()
    }

    /// The matrix of inner products, entry (i, j) = `a_i . b_j`, of shape `a.len()` x `b.len()`.
    fn gram(&self, a: &[Self::Vector], b: &[Self::Vector]) -> Mat<f64> {
        Mat::from_fn(a.len(), b.len(), |i, j| self.dot(&a[i], &b[j]))
    }

    /// The linear combinations `sum_i basis_i coeffs[i, j]`, one for every column j.
    ///
    /// `coeffs` has shape `basis.len()` x the number of vectors wanted.
    fn combine(&self, basis: &[Self::Vector], coeffs: MatRef<'_, f64>) -> Vec<Self::Vector> {
        (0..coeffs.ncols())
            .map(|j| {
                let mut sum = self.zeros();
                for (i, vector) in basis.iter().enumerate() {
                    self.axpy(coeffs[(i, j)], vector, &mut sum);
                }
                sum
            })
            .collect()
    }
}
