//! The laws that the bulk of a spectrum follows.

use hesscope_spectral::{
    LawAnalysis, LawOptions, Region, Side, SpectralDensity, SpectralError, fit_laws, noise_floor,
};

/// The laws of what is left of a density without its atoms, on each side of zero that has enough of it; of an operator
/// that is positive semidefinite above zero alone. `epsilon` is the unit of rounding of the products.
///
/// # Errors
///
/// Those of [`fit_laws`], but for too little to fit a law to.
pub fn laws(
    density: &SpectralDensity,
    positive_semidefinite: bool,
    epsilon: f64,
    seed: u64,
) -> Result<Vec<LawAnalysis>, SpectralError> {
    let largest = density
        .quadratures
        .iter()
        .flat_map(|quadrature| &quadrature.nodes)
        .chain(density.atoms.iter().map(|atom| &atom.value))
        .fold(0.0f64, |most, value| most.max(value.abs()));
    let floor = noise_floor(epsilon, largest, density.dim);
    let sides: &[Side] = if positive_semidefinite {
        &[Side::Positive]
    } else {
        &[Side::Positive, Side::Negative]
    };
    let mut found = Vec::new();
    for &side in sides {
        let options = LawOptions {
            region: Region {
                side,
                floor,
                without_atoms: true,
                ..Region::default()
            },
            seed,
            ..LawOptions::default()
        };
        match fit_laws(density, &options) {
            Ok(laws) => found.push(laws),
            // Too little to fit a law to is no failure of the analysis.
            Err(SpectralError::InvalidOption { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
