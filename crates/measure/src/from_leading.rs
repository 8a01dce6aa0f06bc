//! The density that the Lanczos run of the leading pairs gives beside them.

use hesscope_spectral::{Atom, Eigenpairs, SpectralDensity, VectorSpace};

use crate::candidates::NOTHING;
use crate::pairs::LeadingPairs;

/// The quadratures of the Lanczos run, with those of these pairs as atoms that have converged in the run of every start.
pub(crate) fn from_leading<S: VectorSpace>(
    leading: &LeadingPairs<S::Vector>,
    pairs: &Eigenpairs<S::Vector>,
    space: &S,
) -> SpectralDensity {
    let atoms: Vec<Atom> = std::iter::zip(&pairs.values, &pairs.residuals)
        .map(|(&value, &residual)| Atom { value, residual })
        .collect();
    let values = leading.ritz.iter().flatten().map(|ritz| ritz.value.abs());
    let rounding = NOTHING * space.epsilon() * values.fold(0.0, f64::max);
    SpectralDensity::of_runs(
        space.dim(),
        &leading.ritz,
        leading.complete,
        &atoms,
        rounding,
    )
}
