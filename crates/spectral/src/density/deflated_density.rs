//! Spectral density with the leading eigenpairs taken out first.

use crate::density::slq::{SlqOptions, slq};
use crate::density::spectral_density::{Atom, SpectralDensity};
use crate::error::spectral_error::SpectralError;
use crate::operator::deflated::Deflated;
use crate::operator::eigenpairs::Eigenpairs;
use crate::operator::linear_operator::{LinearOperator, VectorOf};
use crate::operator::vector_space::VectorSpace;

/// The spectral density of `op`, its k known eigenpairs as atoms of weight 1/p each and the rest by quadrature.
///
/// [`slq`](crate::slq()) runs on the [`Deflated`] operator from probes orthogonal to the eigenvectors, so no Lanczos step is spent on
/// outliers and their weight has no sampling error; the quadratures stand for the other (p - k)/p of the spectrum
/// (Papyan 2019, "low-rank deflation"). To keep it on the way, run [`SlqEstimation`](crate::SlqEstimation) on the deflated
/// operator and add the pairs by [`with_atoms`](SpectralDensity::with_atoms); they are not among what is kept.
pub fn deflated_density<O: LinearOperator>(
    op: &O,
    eigenpairs: &Eigenpairs<VectorOf<O>>,
    options: &SlqOptions,
) -> Result<SpectralDensity, SpectralError> {
    slq(&Deflated::new(op, eigenpairs)?, options)?.with_atoms(op.space().dim(), eigenpairs)
}

impl SpectralDensity {
    /// The density of the whole, given that of an operator on `dim` dimensions from which these eigenpairs were taken out:
    /// each is an atom of weight 1/p.
    pub fn with_atoms<V>(
        mut self,
        dim: usize,
        eigenpairs: &Eigenpairs<V>,
    ) -> Result<Self, SpectralError> {
        eigenpairs.check_residuals()?;
        self.dim = dim;
        self.atoms = eigenpairs
            .values
            .iter()
            .zip(&eigenpairs.residuals)
            .map(|(&value, &residual)| Atom { value, residual })
            .collect();
        Ok(self)
    }
}
