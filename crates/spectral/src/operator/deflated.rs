//! An operator with some of its eigenvectors taken out.

use crate::error::operator_error::OperatorError;
use crate::error::spectral_error::SpectralError;
use crate::numeric::symmetric::deviation_from_identity;
use crate::operator::eigenpairs::Eigenpairs;
use crate::operator::linear_operator::{LinearOperator, VectorOf};
use crate::operator::orthogonalise::project_out;
use crate::operator::vector_space::VectorSpace;

/// `(I - Q Q^T) A (I - Q Q^T)`, Q holding k orthonormal approximate eigenvectors of A.
///
/// Of the two ways to deflate, this and `A - Q diag(theta) Q^T`, the projected one is symmetric with Q exactly in its
/// null space whatever the accuracy of the pairs; the other leaves residual-sized eigenvalues along Q, which would pollute
/// the spectrum near zero. The k null directions are not part of the spectrum of what remains, so they are reported as
/// [`excluded`](LinearOperator::excluded): estimators work on the p - k dimensions orthogonal to Q.
///
/// With `R = A Q - Q diag(theta)`, theta the Rayleigh quotients, the eigenvalues of what remains together with theta are
/// those of A to within `||R||` (Weyl), and to `||R||^2 / gap` where the two sets are apart (Parlett 1998, section 11.7).
#[derive(Clone, Debug)]
pub struct Deflated<'a, O, V> {
    inner: O,
    eigenpairs: &'a Eigenpairs<V>,
}

/// Largest entry of `|Q^T Q - I|` accepted, in units of the space's epsilon.
const ORTHONORMALITY: f64 = 1e3;

impl<'a, O: LinearOperator> Deflated<'a, O, VectorOf<O>> {
    /// Takes the eigenvectors out; an error unless they are orthonormal to 1000 eps and fewer than p.
    pub fn new(inner: O, eigenpairs: &'a Eigenpairs<VectorOf<O>>) -> Result<Self, SpectralError> {
        let count = eigenpairs.vectors.len();
        SpectralError::require(
            inner.excluded().is_empty(),
            "operator",
            "is deflated already; deflate by all pairs at once",
        )?;
        SpectralError::require_size("eigenvalues", count, eigenpairs.values.len())?;
        if count > inner.space().dim() {
            return Err(SpectralError::Dimension {
                what: "eigenvectors to deflate, at most",
                expected: inner.space().dim(),
                found: count,
            });
        }
        let gram = inner.space().gram(&eigenpairs.vectors, &eigenpairs.vectors);
        let deviation = deviation_from_identity(&gram);
        let tolerance = ORTHONORMALITY * inner.space().epsilon();
        // A NaN must not pass.
        if deviation.is_nan() || deviation > tolerance {
            return Err(SpectralError::NotOrthonormal {
                deviation,
                tolerance,
            });
        }
        Ok(Self { inner, eigenpairs })
    }

    /// The operator before deflation.
    pub fn inner(&self) -> &O {
        &self.inner
    }

    /// The pairs taken out.
    pub fn eigenpairs(&self) -> &Eigenpairs<VectorOf<O>> {
        self.eigenpairs
    }
}

impl<O: LinearOperator> LinearOperator for Deflated<'_, O, VectorOf<O>> {
    type Space = O::Space;

    fn space(&self) -> &O::Space {
        self.inner.space()
    }

    fn apply(&self, block: &[VectorOf<O>]) -> Result<Vec<VectorOf<O>>, OperatorError> {
        let (space, basis) = (self.inner.space(), &self.eigenpairs.vectors);
        let mut projected = block.to_vec();
        project_out(space, basis, &mut projected);
        let mut products = self.inner.apply(&projected)?;
        project_out(space, basis, &mut products);
        Ok(products)
    }

    fn excluded(&self) -> &[VectorOf<O>] {
        &self.eigenpairs.vectors
    }
}
