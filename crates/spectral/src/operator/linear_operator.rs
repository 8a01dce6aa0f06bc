//! Symmetric linear operators.

use crate::error::operator_error::OperatorError;
use crate::error::spectral_error::SpectralError;
use crate::operator::vector_space::VectorSpace;

/// The vectors that an operator `O` acts on.
pub type VectorOf<O> = <<O as LinearOperator>::Space as VectorSpace>::Vector;

/// A symmetric linear operator A on a [`VectorSpace`].
///
/// Symmetry is the implementor's promise; the estimators do not check it ([`to_dense`](crate::to_dense) lets a test do so).
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

/// A [`LinearOperator`] on a space of vectors of type V: every such operator is one.
pub trait OperatorOn<V>: LinearOperator<Space: VectorSpace<Vector = V>> {}

impl<V, O: LinearOperator<Space: VectorSpace<Vector = V>>> OperatorOn<V> for O {}

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
    SpectralError::require_size(
        "number of products returned by the operator",
        block.len(),
        products.len(),
    )?;
    Ok(products)
}
