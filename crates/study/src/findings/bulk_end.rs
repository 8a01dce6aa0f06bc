//! Where the bulk of a spectrum ends above zero.

use hesscope_records::Spectrum;

/// The value between bulk and outliers, where outliers above zero are counted and there are some. Elsewhere the C-th largest
/// eigenvalue less its residual, so that as many as the papers have outliers are left out; none where fewer were found.
pub fn bulk_end(spectrum: &Spectrum, classes: usize) -> Option<f64> {
    let counted = spectrum.outliers.positive.decided();
    if let Some(threshold) = counted.and_then(|outliers| outliers.threshold) {
        return Some(threshold);
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
    (end > 0.0).then_some(end)
}
