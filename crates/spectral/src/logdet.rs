//! Log-determinants of shifted operators.

use serde::{Deserialize, Serialize};

use crate::deflation::deflated_density_kept;
use crate::density::{Estimate, SpectralDensity};
use crate::error::SpectralError;
use crate::estimation::{Keeper, NoKeeper};
use crate::operator::{LinearOperator, VectorOf};
use crate::slq::{SlqOptions, slq_kept};
use crate::subspace::Eigenpairs;

/// Options of [`log_determinant`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogDeterminantOptions {
    /// The shift s, which makes `A + s I` positive definite.
    pub shift: f64,
    /// The quadrature. Steps and probes set the two errors.
    pub quadrature: SlqOptions,
}

impl Default for LogDeterminantOptions {
    /// No shift, and the quadrature's defaults.
    fn default() -> Self {
        Self {
            shift: 0.0,
            quadrature: SlqOptions::default(),
        }
    }
}

/// Estimates `log det(A + s I) = tr log(A + s I)` by stochastic Lanczos quadrature.
///
/// Ubaru, Chen & Saad, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature", SIMAX 38 (2017), section 4.1. The standard
/// error is that of the mean over the probes. Beside it there is the quadrature's bias, which has a sign: the derivatives
/// of the logarithm of even order are negative, so Gauss quadrature lies above (Golub & Meurant 2010, section 6.2); it
/// falls with the number of steps as `((sqrt c - 1)/(sqrt c + 1))^(2 steps)`, c the condition number of `A + s I`.
///
/// An error that names the Ritz value where `A + s I` is seen not to be positive definite. Of an operator with
/// [`excluded`](LinearOperator::excluded) vectors it is the log-determinant on what is orthogonal to them.
pub fn log_determinant<O: LinearOperator>(
    op: &O,
    options: &LogDeterminantOptions,
) -> Result<Estimate, SpectralError> {
    log_determinant_kept(op, options, "log_determinant", &mut NoKeeper)
}

/// [`log_determinant`], gone on with from the snapshot `name` where the keeper has one, and kept there on the way.
///
/// What is kept is the quadrature, which another shift can use as well.
pub fn log_determinant_kept<O, K>(
    op: &O,
    options: &LogDeterminantOptions,
    name: &str,
    keeper: &mut K,
) -> Result<Estimate, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    log_determinant_of(
        &slq_kept(op, &options.quadrature, name, keeper)?,
        options.shift,
    )
}

/// [`log_determinant`] with known eigenpairs taken out first: their part has no sampling error.
pub fn deflated_log_determinant<O: LinearOperator>(
    op: &O,
    eigenpairs: &Eigenpairs<VectorOf<O>>,
    options: &LogDeterminantOptions,
) -> Result<Estimate, SpectralError> {
    deflated_log_determinant_kept(op, eigenpairs, options, "log_determinant", &mut NoKeeper)
}

/// [`deflated_log_determinant`], kept as [`log_determinant_kept`] is.
pub fn deflated_log_determinant_kept<O, K>(
    op: &O,
    eigenpairs: &Eigenpairs<VectorOf<O>>,
    options: &LogDeterminantOptions,
    name: &str,
    keeper: &mut K,
) -> Result<Estimate, SpectralError>
where
    O: LinearOperator,
    K: Keeper<O::Space> + ?Sized,
{
    let density = deflated_density_kept(op, eigenpairs, &options.quadrature, name, keeper)?;
    log_determinant_of(&density, options.shift)
}

/// The log-determinant of `A + s I` from the spectral density of A: p times the mean of `log(lambda + s)`.
pub fn log_determinant_of(
    density: &SpectralDensity,
    shift: f64,
) -> Result<Estimate, SpectralError> {
    if !shift.is_finite() {
        return Err(SpectralError::option(
            "shift",
            format!("{shift} is not a finite number"),
        ));
    }
    let atoms = density.atoms.iter().map(|atom| atom.value);
    let nodes = density.quadratures.iter().flat_map(|q| &q.nodes).copied();
    let least = atoms.chain(nodes).fold(f64::INFINITY, f64::min);
    if least + shift <= 0.0 {
        return Err(SpectralError::NotPositiveDefinite {
            ritz: least,
            shift,
            needed: -least,
        });
    }
    if density.dim == 0 {
        return Ok(Estimate {
            mean: 0.0,
            standard_error: Some(0.0),
        });
    }
    let dim = density.dim as f64;
    let mean = density.average(|value| (value + shift).ln());
    Ok(Estimate {
        mean: dim * mean.mean,
        standard_error: mean.standard_error.map(|error| dim * error),
    })
}
