//! Where the bulk of a spectrum ends above zero.

use hesscope_records::Spectrum;

/// The upper end of a bulk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BulkEnd {
    /// The edge: the largest eigenvalue of the bulk, or what bounds it.
    pub edge: f64,
    /// A value that the bulk lies below, and what is no part of it above.
    pub to: f64,
}

/// Where outliers above zero are counted and there are some, the eigenvalue that follows them, and the value between. Elsewhere
/// both are the C-th largest eigenvalue less its residual, so that as many as the papers have outliers are left out; none
/// where fewer were found.
pub fn bulk_end(spectrum: &Spectrum, classes: usize) -> Option<BulkEnd> {
    if let Some(outliers) = spectrum.outliers.positive.decided()
        && let (Some(to), Some(edge)) = (outliers.threshold, outliers.bulk_edge)
    {
        return Some(BulkEnd {
            edge: edge.value,
            to,
        });
    }
    let top = &spectrum.top;
    let mut values: Vec<(f64, f64)> = top
        .values
        .iter()
        .copied()
        .zip(top.residuals.iter().copied())
        .filter(|(value, _)| *value > 0.0)
        .collect();
    values.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (value, residual) = *values.get(classes.checked_sub(1)?)?;
    // The eigenvalue itself is left out.
    let end = (value - residual) * (1.0 - 1e-12);
    (end > 0.0).then_some(BulkEnd { edge: end, to: end })
}
