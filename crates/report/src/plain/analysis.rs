//! An analysis.

use hesscope_records::Analysis;

/// What an analysis found, in one line.
pub fn analysis(analysis: &Analysis) -> String {
    let (settings, spectrum) = (&analysis.settings, &analysis.spectrum);
    let extreme = |pick: fn(f64, f64) -> f64| {
        let values = spectrum.top.values.iter().copied();
        values.reduce(pick).unwrap_or(0.0)
    };
    format!(
        "{:10} {} epoch {}: {}; {} classes; leading eigenvalues {:.4e} to {:.4e}; {} products in {:.1} s",
        settings.operator,
        settings.subject.split,
        settings.subject.epoch,
        spectrum.outliers,
        analysis.classes,
        extreme(f64::max),
        extreme(f64::min),
        spectrum.products,
        analysis.origin.seconds,
    )
}
