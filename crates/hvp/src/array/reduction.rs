//! Sums over axes, largest elements and products of matrices.

use burn_backend::ops::FloatTensorOps;
use burn_dispatch::Dispatch;

use super::host::numbers::reaches;
use super::host::real::with_real;
use super::host::sums;
use super::tensor::{Array, Indices};

impl Array {
    /// The sum over axis `dim`, which stays with extent one.
    pub fn sum_dim(&self, dim: usize) -> Array {
        if reaches(self) {
            return with_real!(self, T => sums::sum_dim::<T>(self, dim));
        }
        Array(Dispatch::float_sum_dim(self.0.clone(), dim))
    }

    /// The sum over several axes, which stay with extent one.
    pub fn sum_dims(&self, dims: &[usize]) -> Array {
        dims.iter()
            .fold(self.clone(), |array, &dim| array.sum_dim(dim))
    }

    /// Sums over the axes that broadcasting from `shape` to `self`'s shape repeats, the inverse of
    /// broadcasting; both have the same rank.
    pub fn sum_to(&self, shape: &[usize]) -> Array {
        let own = self.shape();
        let repeated: Vec<usize> = (0..own.len())
            .filter(|&axis| shape[axis] == 1 && own[axis] != 1)
            .collect();
        self.sum_dims(&repeated)
    }

    /// The sum of all elements up to each along axis `dim`.
    pub fn cumsum(&self, dim: usize) -> Array {
        Array(Dispatch::float_cumsum(self.0.clone(), dim))
    }

    /// Where the largest element along axis `dim` is, which stays with extent one: the first of equals.
    pub fn argmax(&self, dim: usize) -> Indices {
        Indices(Dispatch::float_argmax(self.0.clone(), dim, Indices::DTYPE))
    }

    /// The largest element along axis `dim`, which stays with extent one.
    pub fn max_dim(&self, dim: usize) -> Array {
        Array(Dispatch::float_max_dim(self.0.clone(), dim))
    }

    /// The matrix product of the last two axes, the others broadcast, with the accuracy of the numbers' type on any device.
    pub fn matmul(&self, other: &Array) -> Array {
        #[cfg(feature = "gpu")]
        if let Some(product) = super::device::matmul(self, other) {
            return product;
        }
        if let Some(product) = super::host::product::matmul(self, other) {
            return product;
        }
        Array(Dispatch::float_matmul(self.0.clone(), other.0.clone()))
    }

    /// [`matmul`](Self::matmul) added to `onto`, which has the product's shape, in its memory where that can be.
    #[cfg(feature = "gpu")]
    pub(crate) fn matmul_onto(&self, other: &Array, onto: Array) -> Array {
        let mut onto = Some(onto);
        let sum = super::device::matmul_onto(self, other, &mut onto);
        match (sum, onto) {
            (Some(sum), _) => sum,
            (None, Some(onto)) => self.matmul(other).plus(onto),
            (None, None) => self.matmul(other),
        }
    }
}
