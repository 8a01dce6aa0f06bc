//! Spectral density with the leading eigenpairs taken out first.

use crate::deflated::Deflated;
use crate::density::{Atom, SpectralDensity};
use crate::error::SpectralError;
use crate::operator::{LinearOperator, VectorOf};
use crate::slq::{SlqOptions, slq};
use crate::space::VectorSpace;
use crate::subspace::Eigenpairs;

/// The spectral density of `op`, its k known eigenpairs as atoms of weight 1/p each and the rest by quadrature.
///
/// [`slq`] runs on the [`Deflated`] operator from probes orthogonal to the eigenvectors, so no Lanczos step is spent on
/// outliers and their weight has no sampling error; the quadratures stand for the other (p - k)/p of the spectrum
/// (Papyan 2019, "low-rank deflation").
pub fn deflated_density<O: LinearOperator>(
    op: &O,
    eigenpairs: &Eigenpairs<VectorOf<O>>,
    options: &SlqOptions,
) -> Result<SpectralDensity, SpectralError> {
    let deflated = Deflated::new(op, eigenpairs)?;
    if eigenpairs.residuals.len() != eigenpairs.values.len() {
        return Err(SpectralError::Dimension {
            what: "residuals of the eigenpairs",
            expected: eigenpairs.values.len(),
            found: eigenpairs.residuals.len(),
        });
    }
    let mut density = slq(&deflated, options)?;
    density.dim = op.space().dim();
    density.atoms = eigenpairs
        .values
        .iter()
        .zip(&eigenpairs.residuals)
        .map(|(&value, &residual)| Atom { value, residual })
        .collect();
    Ok(density)
}
