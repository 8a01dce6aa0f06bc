//! Rayleigh-Ritz: the eigenpairs of an operator projected on a subspace (Parlett 1998, section 11.3).

use faer::Mat;

use crate::eigen::extreme::Extreme;
use crate::error::spectral_error::SpectralError;
use crate::numeric::symmetric::symmetric_eigen;
use crate::operator::vector_space::VectorSpace;

/// Ritz values of a projected matrix, those wanted first, and their coordinates column by column.
pub(crate) struct RitzPairs {
    pub values: Vec<f64>,
    pub rotation: Mat<f64>,
}

impl RitzPairs {
    /// From the projected matrix, made symmetric.
    pub(crate) fn new(projected: &Mat<f64>, which: Extreme) -> Result<Self, SpectralError> {
        let size = projected.nrows();
        let symmetric = Mat::from_fn(size, size, |i, j| {
            0.5 * (projected[(i, j)] + projected[(j, i)])
        });
        let (ascending, vectors) = symmetric_eigen(&symmetric)?;
        let order = which.order(&ascending);
        Ok(Self {
            values: order.iter().map(|&i| ascending[i]).collect(),
            rotation: Mat::from_fn(size, size, |i, j| vectors[(i, order[j])]),
        })
    }

    /// The first `count` Ritz vectors of this basis.
    pub(crate) fn rotate<S: VectorSpace>(
        &self,
        space: &S,
        basis: &[S::Vector],
        count: usize,
    ) -> Vec<S::Vector> {
        space.combine(basis, self.rotation.as_ref().subcols(0, count))
    }
}

/// The Ritz pairs of an orthonormal block, those wanted first.
pub(crate) struct RitzBlock<V> {
    pub values: Vec<f64>,
    pub vectors: Vec<V>,
    /// The products of the vectors.
    pub products: Vec<V>,
}

impl<V> RitzBlock<V> {
    /// Rayleigh-Ritz on an orthonormal block and its products, found at step `step`.
    pub(crate) fn new<S: VectorSpace<Vector = V>>(
        space: &S,
        basis: &[V],
        products: &[V],
        which: Extreme,
        step: usize,
    ) -> Result<Self, SpectralError> {
        let projected = space.gram(basis, products);
        let size = basis.len();
        let wrong = (0..size).find(|&j| (0..size).any(|i| !projected[(i, j)].is_finite()));
        if let Some(index) = wrong {
            return Err(SpectralError::NotFinite { step, index });
        }
        let ritz = RitzPairs::new(&projected, which)?;
        Ok(Self {
            vectors: ritz.rotate(space, basis, size),
            products: ritz.rotate(space, products, size),
            values: ritz.values,
        })
    }

    /// `||A q - theta q||` of the first `count` pairs; formed, not got from `||A q||^2 - theta^2`, which would lose half the
    /// digits.
    pub(crate) fn residuals<S>(&self, space: &S, count: usize) -> Vec<f64>
    where
        V: Clone,
        S: VectorSpace<Vector = V>,
    {
        (0..count)
            .map(|i| {
                let mut residual = self.products[i].clone();
                space.axpy(-self.values[i], &self.vectors[i], &mut residual);
                space.norm(&residual)
            })
            .collect()
    }
}
