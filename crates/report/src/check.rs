//! What a spectrum must be before it is drawn: the files can be edited, and come from other versions.

use hesscope_records::{Analysis, Origin, SCHEMA_VERSION, Spectrum};

use crate::error::ReportError;

/// Says what keeps an analysis from being reported.
pub(crate) fn check(analysis: &Analysis) -> Result<(), ReportError> {
    let fault = other_schema(&analysis.origin).or_else(|| fault(&analysis.spectrum));
    fault.map_or(Ok(()), |reason| {
        Err(ReportError::analysis(&analysis.origin, reason))
    })
}

/// Says that a record is of another version.
pub(crate) fn other_schema(origin: &Origin) -> Option<String> {
    (origin.schema != SCHEMA_VERSION).then(|| {
        format!(
            "its schema is version {}, and this hesscope reads version {SCHEMA_VERSION}",
            origin.schema
        )
    })
}

/// What keeps a spectrum from being drawn.
pub(crate) fn fault(spectrum: &Spectrum) -> Option<String> {
    let Spectrum { density, top, .. } = spectrum;
    if spectrum.dimension == 0 || density.dim != spectrum.dimension {
        return Some(format!(
            "its order is {} and that of its density {}",
            spectrum.dimension, density.dim
        ));
    }
    if top.residuals.len() != top.values.len() || top.converged.len() != top.values.len() {
        return Some(format!(
            "it has {} eigenvalues, {} residuals and {} marks of convergence",
            top.values.len(),
            top.residuals.len(),
            top.converged.len()
        ));
    }
    let quadratures = || density.quadratures.iter();
    if quadratures().any(|quadrature| quadrature.nodes.len() != quadrature.weights.len()) {
        return Some("a quadrature has not as many nodes as weights".to_owned());
    }
    if density.quadratures.is_empty() && density.atoms.len() < density.dim {
        return Some("its density has no quadrature".to_owned());
    }
    let mut numbers = quadratures()
        .flat_map(|quadrature| quadrature.nodes.iter().chain(&quadrature.weights))
        .chain(density.atoms.iter().map(|atom| &atom.value))
        .chain(&top.values)
        .chain(&top.residuals);
    numbers
        .any(|x| !x.is_finite())
        .then(|| "it holds a number that is not finite".to_owned())
}
