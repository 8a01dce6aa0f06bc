//! Spectral density with the leading eigenpairs taken out first.

use crate::deflated::Deflated;
use crate::density::{Atom, SpectralDensity};
use crate::error::SpectralError;
use crate::estimation::{Keeper, NoKeeper};
use crate::operator::{LinearOperator, VectorOf};
use crate::slq::{SlqOptions, slq_kept};
use crate::space::VectorSpace;
use crate::subspace::Eigenpairs;

/// The spectral density of `op`, its k known eigenpairs as atoms of weight 1/p each and the rest by quadrature.
///
/// [`slq`](crate::slq()) runs on the [`Deflated`] operator from probes orthogonal to the eigenvectors, so no Lanczos step is spent on
/// outliers and their weight has no sampling error; the quadratures stand for the other (p - k)/p of the spectrum
/// (Papyan 2019, "low-rank deflation").
pub fn deflated_density<O: LinearOperator>(
    op: &O,
    eigenpairs: &Eigenpairs<VectorOf<O>>,
    options: &SlqOptions,
) -> Result<SpectralDensity, SpectralError> {
    deflated_density_kept(op, eigenpairs, options, "deflated_density", &mut NoKeeper)
}

/// [`deflated_density`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
///
/// The snapshots are those of [`slq_kept`] on the deflated operator; the eigenpairs are not among them and must be the
/// same.
pub fn deflated_density_kept<O, K>(
    op: &O,
    eigenpairs: &Eigenpairs<VectorOf<O>>,
    options: &SlqOptions,
    name: &str,
    keeper: &mut K,
) -> Result<SpectralDensity, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let deflated = Deflated::new(op, eigenpairs)?;
    if eigenpairs.residuals.len() != eigenpairs.values.len() {
        return Err(SpectralError::Dimension {
            what: "residuals of the eigenpairs",
            expected: eigenpairs.values.len(),
            found: eigenpairs.residuals.len(),
        });
    }
    let mut density = slq_kept(&deflated, options, name, keeper)?;
    density.dim = op.space().dim();
    density.atoms = eigenpairs
        .values
        .iter()
        .zip(&eigenpairs.residuals)
        .map(|(&value, &residual)| Atom { value, residual })
        .collect();
    Ok(density)
}
