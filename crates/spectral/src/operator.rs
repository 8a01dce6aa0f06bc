//! Symmetric linear operators.

use faer::Mat;
use thiserror::Error;

use crate::error::SpectralError;
use crate::space::VectorSpace;

/// The vectors that an operator `O` acts on.
pub type VectorOf<O> = <<O as LinearOperator>::Space as VectorSpace>::Vector;

/// Why a product could not be formed; the cause is its [`source`](std::error::Error::source).
///
/// Made from any error by [`OperatorError::new`] or from a boxed one or a message by `into`.
#[derive(Debug, Error)]
#[error("the operator could not form its product")]
pub struct OperatorError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl OperatorError {
    /// Wraps the cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl From<Box<dyn std::error::Error + Send + Sync>> for OperatorError {
    fn from(cause: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self(cause)
    }
}

impl From<String> for OperatorError {
    fn from(message: String) -> Self {
        Self(message.into())
    }
}

impl From<&str> for OperatorError {
    fn from(message: &str) -> Self {
        Self(message.into())
    }
}

/// A symmetric linear operator A on a [`VectorSpace`].
///
/// Symmetry is the implementor's promise; the estimators do not check it ([`to_dense`] lets a test do so).
pub trait LinearOperator {
    /// The space it acts on.
    type Space: VectorSpace;

    /// The space it acts on.
    fn space(&self) -> &Self::Space;

    /// `y_k = A x_k` for every vector of the block; the products of a block share work.
    fn apply(
        &self,
        block: &[<Self::Space as VectorSpace>::Vector],
    ) -> Result<Vec<<Self::Space as VectorSpace>::Vector>, OperatorError>;

    /// Orthonormal vectors spanning an invariant subspace that is left out of the spectrum.
    ///
    /// The estimators draw their probes and restarts orthogonal to these, and count the dimension without them. Empty
    /// but for [`Deflated`](crate::Deflated).
    fn excluded(&self) -> &[<Self::Space as VectorSpace>::Vector] {
        &[]
    }

    /// The dimension of the space the spectrum is taken on: p less the number of [`excluded`](Self::excluded) vectors.
    fn effective_dim(&self) -> usize {
        self.space().dim().saturating_sub(self.excluded().len())
    }
}

impl<O: LinearOperator + ?Sized> LinearOperator for &O {
    type Space = O::Space;

    fn space(&self) -> &Self::Space {
        (**self).space()
    }

    fn apply(&self, block: &[VectorOf<O>]) -> Result<Vec<VectorOf<O>>, OperatorError> {
        (**self).apply(block)
    }

    fn excluded(&self) -> &[VectorOf<O>] {
        (**self).excluded()
    }
}

impl<O: LinearOperator + ?Sized> LinearOperator for Box<O> {
    type Space = O::Space;

    fn space(&self) -> &Self::Space {
        (**self).space()
    }

    fn apply(&self, block: &[VectorOf<O>]) -> Result<Vec<VectorOf<O>>, OperatorError> {
        (**self).apply(block)
    }

    fn excluded(&self) -> &[VectorOf<O>] {
        (**self).excluded()
    }
}

/// Applies the operator and checks that it returned one product for each vector.
pub(crate) fn apply_checked<O: LinearOperator>(
    op: &O,
    block: &[VectorOf<O>],
) -> Result<Vec<VectorOf<O>>, SpectralError> {
    let products = op.apply(block)?;
    if products.len() != block.len() {
        return Err(SpectralError::Dimension {
            what: "number of products returned by the operator",
            expected: block.len(),
            found: products.len(),
        });
    }
    Ok(products)
}

/// The operator's p x p matrix, column j being `A e_j`, found by p products in blocks of `block_size`.
///
/// Nothing is symmetrised, so `|M - M^T|` shows how symmetric the operator is in its working precision.
pub fn to_dense<O: LinearOperator>(op: &O, block_size: usize) -> Result<Mat<f64>, SpectralError> {
    if block_size == 0 {
        return Err(SpectralError::option("block_size", "must be at least 1"));
    }
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
