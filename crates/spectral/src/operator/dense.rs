//! Dense symmetric matrices: one as an operator, and an operator as one.

use faer::{Mat, MatRef};

use crate::error::operator_error::OperatorError;
use crate::error::spectral_error::SpectralError;
use crate::operator::host_space::{HostSpace, Scalar};
use crate::operator::linear_operator::{LinearOperator, apply_checked};
use crate::operator::vector_space::VectorSpace;

/// A dense symmetric float64 matrix acting on host vectors of type T (`f64` unless said).
///
/// With T = `f32` the products are formed in float64 and rounded to `f32`, as a single-precision device would at best.
#[derive(Clone, Debug)]
pub struct DenseOperator<T = f64> {
    matrix: Mat<f64>,
    space: HostSpace<T>,
}

impl<T: Scalar> DenseOperator<T> {
    /// Takes a square matrix, checking `|a_ij - a_ji| <= 8 eps max|a|` with eps that of `f64`.
    pub fn new(matrix: Mat<f64>) -> Result<Self, SpectralError> {
        let dim = matrix.nrows();
        SpectralError::require_size("columns of a square matrix", dim, matrix.ncols())?;
        let mut largest = 0.0_f64;
        let mut worst = (0, 0, 0.0);
        for j in 0..dim {
            for i in 0..dim {
                let value = matrix[(i, j)];
                SpectralError::require(
                    value.is_finite(),
                    "matrix",
                    format_args!("entry ({i}, {j}) is {value}"),
                )?;
                largest = largest.max(value.abs());
                let difference = (value - matrix[(j, i)]).abs();
                if difference > worst.2 {
                    worst = (i, j, difference);
                }
            }
        }
        if worst.2 > 8.0 * f64::EPSILON * largest {
            return Err(SpectralError::NotSymmetric {
                row: worst.0,
                column: worst.1,
                difference: worst.2,
            });
        }
        Ok(Self {
            matrix,
            space: HostSpace::new(dim),
        })
    }

    /// The matrix.
    pub fn matrix(&self) -> MatRef<'_, f64> {
        self.matrix.as_ref()
    }
}

impl<T: Scalar> LinearOperator for DenseOperator<T> {
    type Space = HostSpace<T>;

    fn space(&self) -> &HostSpace<T> {
        &self.space
    }

    fn apply(&self, block: &[Vec<T>]) -> Result<Vec<Vec<T>>, OperatorError> {
        let dim = self.space.dim();
        // Column by column, each product summed in the same order whatever the block, so a block of K gives the very
        // bits of K separate products.
        Ok(block
            .iter()
            .map(|x| {
                let mut y = vec![0.0; dim];
                for (j, value) in x.iter().enumerate() {
                    let value = value.to_f64();
                    let column = self.matrix.col(j);
                    if let Some(column) = column.try_as_col_major() {
                        for (sum, entry) in y.iter_mut().zip(column.as_slice()) {
                            *sum += entry * value;
                        }
                    } else {
                        for (i, sum) in y.iter_mut().enumerate() {
                            *sum += column[i] * value;
                        }
                    }
                }
                self.space.from_host(&y)
            })
            .collect())
    }
}

/// The operator's p x p matrix, column j being `A e_j`, found by p products in blocks of `block_size`.
///
/// Nothing is symmetrised, so `|M - M^T|` shows how symmetric the operator is in its working precision.
pub fn to_dense<O: LinearOperator>(op: &O, block_size: usize) -> Result<Mat<f64>, SpectralError> {
    SpectralError::require_positive("block_size", block_size)?;
    let space = op.space();
    let dim = space.dim();
    let mut dense = Mat::zeros(dim, dim);
    for start in (0..dim).step_by(block_size) {
        let end = (start + block_size).min(dim);
        let block: Vec<_> = (start..end)
            .map(|j| {
                let mut unit = vec![0.0; dim];
                unit[j] = 1.0;
                space.from_host(&unit)
            })
            .collect();
        for (offset, product) in apply_checked(op, &block)?.iter().enumerate() {
            for (i, value) in space.to_host(product).into_iter().enumerate() {
                dense[(i, start + offset)] = value;
            }
        }
    }
    Ok(dense)
}
