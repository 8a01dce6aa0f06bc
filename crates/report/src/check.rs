//! What an analysis must be before it is drawn: the files can be edited, and come from other versions.

use crate::error::ReportError;
use hesscope_records::{Analysis, SCHEMA_VERSION};

/// Says what keeps an analysis from being reported.
pub(crate) fn check(analysis: &Analysis) -> Result<(), ReportError> {
    fault(analysis).map_or(Ok(()), |reason| {
        Err(ReportError::Analysis {
            key: analysis.key.clone(),
            reason,
        })
    })
}

fn fault(analysis: &Analysis) -> Option<String> {
    let Analysis { density, top, .. } = analysis;
    if analysis.schema != SCHEMA_VERSION {
        return Some(format!(
            "its schema is version {}, and this hesscope reads version {SCHEMA_VERSION}",
            analysis.schema
        ));
    }
    // The split is part of file names.
    let split = &analysis.settings.split;
    if split.is_empty() || !split.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Some(format!("its split is called {split:?}, not train or test"));
    }
    if analysis.dimension == 0 || density.dim != analysis.dimension {
        return Some(format!(
            "its order is {} and that of its density {}",
            analysis.dimension, density.dim
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
    let uneven = density
        .quadratures
        .iter()
        .any(|quadrature| quadrature.nodes.len() != quadrature.weights.len());
    if uneven {
        return Some("a quadrature has not as many nodes as weights".to_owned());
    }
    if density.quadratures.is_empty() && density.atoms.len() < density.dim {
        return Some("its density has no quadrature".to_owned());
    }
    let mut numbers = density
        .quadratures
        .iter()
        .flat_map(|quadrature| quadrature.nodes.iter().chain(&quadrature.weights))
        .chain(density.atoms.iter().map(|atom| &atom.value))
        .chain(&top.values)
        .chain(&top.residuals);
    numbers
        .any(|x| !x.is_finite())
        .then(|| "it holds a number that is not finite".to_owned())
}
